import { Positions } from '../../src/positions/positions.js';
import { keys } from '../../src/redis/redis.keys.js';
import { eventually } from '../support/eventually.js';
import { ask, LiveClient, liveResponder } from '../support/live-client.js';
import type { PlantedPeople } from '../support/planted-people.js';
import type { RealtimeNode } from '../support/realtime-node.js';
import { TestClock } from '../support/test-clock.js';
import type { TestRedis } from '../support/test-redis.js';
import { useNodePair } from '../support/use-node-pair.js';

const clock = new TestClock();
let redis: TestRedis;
let people: PlantedPeople;
let one: RealtimeNode;
let two: RealtimeNode;
let north: string;
let south: string;
let hill: string;
let shore: string;

const pair = useNodePair(async (planted) => {
  people = planted;
  [north, south] = [await people.organisation(), await people.organisation()];
  [hill, shore] = [await people.area(north), await people.area(south)];
}, clock);
beforeAll(() => void ({ one, two, redis } = pair()));

async function live(node: RealtimeNode, auth: object): Promise<LiveClient> {
  const client = new LiveClient(node.url, auth);
  await eventually(() => client.presence.length > 0, { what: 'a live socket' });
  return client;
}

describe('positions of responders', () => {
  it('are told to dispatchers of their organisation and to operators, on every node, and kept for a minute', async () => {
    const responder = await people.person('Rina', { [north]: 'responder' });
    const [sender, colleague, dispatcher, foreign, machine, operator] = await Promise.all([
      live(one, responder),
      live(one, await people.person('Colleague', { [north]: 'responder' })),
      live(two, await people.person('Chief', { [north]: 'dispatcher' })),
      live(two, await people.person('Foreign', { [south]: 'dispatcher' })),
      live(two, { token: await people.apiKey(north, ['alerts:read']) }),
      liveResponder(one.url),
    ]);
    const place = { lat: -26.2041, lng: 28.0473, accuracyM: 12 };
    const { at } = await ask(sender, 'position', place);
    const position = { userId: responder.id, name: 'Rina', ...place, at };
    for (const client of [dispatcher, operator]) {
      await eventually(() => client.positions.length > 0);
      expect(client.positions).toEqual([{ ...position, organisations: [north] }]);
    }
    expect(await two.app.get(Positions).of(north)).toEqual([position]);
    expect(await two.app.get(Positions).of(south)).toEqual([]);
    const admin = redis.admin();
    await admin.select(4);
    const ttl = await admin.ttl(keys.position(responder.id));
    expect(ttl).toBeGreaterThan(50);
    expect(ttl).toBeLessThanOrEqual(60);
    // Told after it to everybody: who has this has nothing else.
    const { seq } = await one.raise();
    await operator.reached(seq);
    for (const client of [sender, colleague, foreign, machine]) expect(client.positions).toEqual([]);
  });

  it('come once a second at most, and from those who answer alerts', async () => {
    const sender = await live(one, await people.person('Often', { [north]: 'responder' }));
    const place = { lat: 1, lng: 2 };
    const answers = [];
    for (let count = 0; count < 3; count += 1) answers.push(await ask(sender, 'position', place));
    expect(answers.map(({ code }) => code)).toEqual([undefined, undefined, 'TOO_MANY_EVENTS']);
    clock.advance(1000);
    expect(await ask(sender, 'position', place)).not.toHaveProperty('code');
    clock.advance(1000);
    expect(await ask(sender, 'position', { lat: 91, lng: 0 })).toMatchObject({ code: 'REQUEST_INVALID' });
    const member = new LiveClient(one.url, await people.person('Member', { [north]: 'member' }));
    expect(await ask(member, 'position', place)).toMatchObject({ code: 'FORBIDDEN' });
    const operator = await liveResponder(one.url);
    expect(await ask(operator, 'position', place)).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('presence in areas', () => {
  it('counts people on duty over all nodes, for those who answer for the area', async () => {
    const twice = await people.person('Twice', { [north]: 'responder' }, [hill]);
    const onDuty = await live(one, twice);
    await live(one, twice);
    await live(two, await people.person('Other', { [north]: 'responder' }, [hill]));
    await live(two, await people.person('Shore', { [south]: 'responder' }, [shore]));
    const dispatcher = await live(one, await people.person('Chief of the south', { [south]: 'dispatcher' }));
    const operator = await liveResponder(two.url);
    const areasOf = (client: LiveClient) => client.presence.at(-1)!.areas;
    await eventually(() => expect(areasOf(operator)).toEqual({ [hill]: 2, [shore]: 1 }) === undefined);
    await eventually(() => expect(areasOf(onDuty)).toEqual({ [hill]: 2 }) === undefined);
    await eventually(() => expect(areasOf(dispatcher)).toEqual({ [shore]: 1 }) === undefined);
    for (const client of [onDuty, dispatcher]) {
      expect(client.presence.every(({ areas }) => Object.keys(areas).length <= 1)).toBe(true);
    }
  });
});

it('no Redis user was refused anything', async () => {
  expect(await redis.admin().acl('LOG')).toEqual([]);
});
