import { accessChanged, sessionsEnded } from '../../src/directory-changes/directory-change.js';
import { DirectoryChanges } from '../../src/directory-changes/directory-changes.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { LiveClient } from '../support/live-client.js';
import { raiseAt } from '../support/placed-alerts.js';
import type { PlantedPeople } from '../support/planted-people.js';
import type { RealtimeNode } from '../support/realtime-node.js';
import type { TestRedis } from '../support/test-redis.js';
import { useNodePair } from '../support/use-node-pair.js';

let redis: TestRedis;
let people: PlantedPeople;
let one: RealtimeNode;
let two: RealtimeNode;
let north: string;
let hill: string;

const pair = useNodePair(async (planted) => {
  people = planted;
  north = await people.organisation();
  hill = await people.area(north);
});
beforeAll(() => void ({ one, two, redis } = pair()));

const changesOf = (node: RealtimeNode) => node.app.get(DirectoryChanges);

describe('a socket whose rights change', () => {
  it('ends within a second on every node, and comes back with what it may see then', async () => {
    const person = await people.person('Prim', { [north]: 'responder' }, [hill]);
    const other = await people.person('Otto', { [north]: 'responder' }, [hill]);
    const followers = [new Follower(person), new Follower(person)];
    const here = await followers[0]!.connect(one);
    const there = await followers[1]!.connect(two);
    const unconcerned = await new Follower(other).connect(two);
    const alert = await raiseAt(one, { message: 'secret', places: { areas: [hill], organisations: [north] } });
    await eventually(() => followers.every(({ held }) => held.has(alert.id)));
    const changedAt = performance.now();
    await changesOf(one).transaction(async (client) => {
      await client.query('delete from duties where user_id = $1', [person.id]);
      await accessChanged(client, person.id);
    });
    await eventually(() => there.disconnects.length > 0 && here.disconnects.length > 0, { everyMs: 5 });
    expect(performance.now() - changedAt).toBeLessThan(1000);
    // The connection ended, not the session: a client comes back by itself.
    expect([...here.disconnects, ...there.disconnects]).toEqual(['transport close', 'transport close']);
    expect(unconcerned.disconnects).toEqual([]);
    // With its cursor it would keep what it may no longer see: it gets a snapshot.
    for (const [index, node] of [two, one].entries()) {
      const client = await followers[index]!.connect(node);
      await eventually(() => client.snapshots.length === 1);
      expect(followers[index]!.held.get(alert.id)).toMatchObject({ message: null });
    }
  });

  it('goes on from its cursor when they have not', async () => {
    const follower = new Follower(await people.person('Same', { [north]: 'responder' }, [hill]));
    await follower.connect(one);
    follower.drop();
    const missed = await raiseAt(one, { places: { areas: [hill], organisations: [north] } });
    const client = await follower.connect(two);
    await eventually(() => follower.held.has(missed.id));
    expect([client.snapshots, client.seqs]).toEqual([[], [missed.seq]]);
  });

  it('is refused when its session has ended, also when Redis told nobody', async () => {
    const person = await people.person('Gone', { [north]: 'dispatcher' });
    const stays = await people.person('Stays', { [north]: 'dispatcher' });
    const client = await new Follower(person).connect(two);
    const another = await new Follower(stays).connect(two);
    redis.pause();
    try {
      await changesOf(one).transaction(async (sql) => {
        await sql.query('delete from sessions where id = $1', [person.sessionId]);
        await sessionsEnded(sql, [person.sessionId]);
      });
      await eventually(() => client.disconnects.length > 0, { withinMs: 2000 });
    } finally {
      redis.resume();
    }
    expect(another.disconnects).toEqual([]);
    const again = new LiveClient(two.url, { token: person.token });
    await eventually(() => again.refusals.length > 0);
    expect(again.refusals[0]!.problem?.code).toBe('UNAUTHENTICATED');
  });

  it('may read by cookie, if the page is ours', async () => {
    const person = await people.person('Page', { [north]: 'dispatcher' });
    const extraHeaders = { cookie: `naboom=${person.token}` };
    const client = new LiveClient(one.url, {}, { extraHeaders });
    await eventually(() => client.snapshots.length > 0);
    const foreign = new LiveClient(one.url, {}, { extraHeaders: { ...extraHeaders, origin: 'https://evil.example' } });
    await eventually(() => foreign.refusals.length > 0);
    expect(foreign.snapshots).toEqual([]);
  });
});
