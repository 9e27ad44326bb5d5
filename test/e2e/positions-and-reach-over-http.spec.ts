import { AlertsClient, ALERTS_PATH, type Answer } from '../support/alerts-client.js';
import { eventually } from '../support/eventually.js';
import { ask, closeClients, LiveClient } from '../support/live-client.js';
import { PlantedPeople, type PlantedPerson } from '../support/planted-people.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let redis: TestRedis;
let database: TestDatabase;
let people: PlantedPeople;
let one: TestNode;
let two: TestNode;
let north: string;
let hill: string;
let responder: PlantedPerson;
let dispatcher: PlantedPerson;
let foreign: PlantedPerson;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  people = new PlantedPeople(database.url);
  north = await people.organisation();
  const south = await people.organisation();
  hill = await people.area(north);
  responder = await people.person('Rina', { [north]: 'responder' }, [hill]);
  dispatcher = await people.person('Chief', { [north]: 'dispatcher' });
  foreign = await people.person('Foreign', { [south]: 'dispatcher' });
  const env = { ...redis.env, DATABASE_URL: database.url };
  [one, two] = await Promise.all([startTestNode({ env }), startTestNode({ env })]);
});
afterEach(closeClients);
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop(), people?.close()]);
  await Promise.all([redis?.stop(), database?.drop()]);
});

function get(path: string, token?: string): Promise<Answer> {
  return new AlertsClient(two.url).ask(
    path,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
}

async function live(node: TestNode, auth: object): Promise<LiveClient> {
  const client = new LiveClient(node.url, auth);
  await eventually(() => client.snapshots.length > 0, { what: 'a snapshot' });
  return client;
}

describe('the positions of an organisation', () => {
  it('are for its dispatchers and for operators', async () => {
    const sender = await live(one, responder);
    const { at } = await ask(sender, 'position', { lat: 0.5, lng: 0.5 });
    const path = `/api/v1/organisations/${north}/positions`;
    const items = [{ userId: responder.id, name: 'Rina', lat: 0.5, lng: 0.5, at }];
    await eventually(async () => expect((await get(path, dispatcher.token)).body).toEqual({ items }) === undefined);
    expect((await get(path, TEST_OPERATOR_KEY)).body).toEqual({ items });
    for (const { token } of [responder, foreign]) expect((await get(path, token)).body.code).toBe('FORBIDDEN');
    expect((await get(path)).body.code).toBe('UNAUTHENTICATED');
    expect((await get('/api/v1/organisations/none/positions', TEST_OPERATOR_KEY)).body.code).toBe('NOT_FOUND');
  });

  it('say that they are missing while Redis is away', async () => {
    redis.pause();
    try {
      const { status, body } = await get(`/api/v1/organisations/${north}/positions`, TEST_OPERATOR_KEY);
      expect([status, body.code]).toEqual([503, expect.stringMatching(/^REDIS_/)]);
    } finally {
      redis.resume();
    }
  });
});

describe('an alert without a place', () => {
  it('comes to the responders of an area with a late location, and says whom it reached', async () => {
    const onDuty = await live(two, responder);
    const raised = await new AlertsClient(one.url).raise({ message: 'help' });
    const { id, receiptToken } = raised.body;
    const reporter = await live(two, { receiptToken });
    expect(onDuty.alerts).toEqual([]);
    const located = await ask(reporter, 'alert:update', { id, location: { lat: 0.2, lng: 0.5 } });
    expect(located).toMatchObject({ id, warnings: [] });
    await eventually(() => onDuty.alerts.length > 0);
    expect(onDuty.alerts).toEqual([
      expect.objectContaining({ type: 'alert.updated', alert: expect.objectContaining({ id, message: 'help' }) }),
    ]);
    await ask(onDuty, 'alert:seen', { id });
    await ask(onDuty, 'alert:respond', { id, status: 'en_route', etaMinutes: 4 });
    await eventually(() => reporter.reach.at(-1)?.counts.en_route === 1);
    const counts = { pushed: 1, received: 1, seen: 1, acknowledged: 1, en_route: 1, on_scene: 0 };
    const path = `${ALERTS_PATH}/${id}`;
    expect((await get(path, receiptToken)).body.reach).toEqual({ counts });
    expect((await get(path, responder.token)).body.reach).toEqual({ counts });
    expect((await get(path, dispatcher.token)).body.reach).toMatchObject({ counts, people: [{ name: 'Rina' }] });
    expect((await get(path, foreign.token)).body.code).toBe('FORBIDDEN');
  });
});
