import { eventually } from '../support/eventually.js';
import { closeClients, connectResponder, type LiveClient, liveResponder } from '../support/live-client.js';
import { startRealtimeNode, type RealtimeNode } from '../support/realtime-node.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

/** An alert reaches every node within this time, ms, when Redis does not help. */
const WITHOUT_REDIS_MS = 2000;
/** Less than the interval of the poll, with room for a busy machine. */
const AT_ONCE_MS = 400;

let redis: TestRedis;
let database: TestDatabase;
let wire: TcpProxy;
let one: RealtimeNode;
/** The second node reaches Postgres by a network path of its own. */
let two: RealtimeNode;
let env: Record<string, string>;
const strays: unknown[] = [];
const noteStray = (error: unknown) => strays.push(error);

beforeAll(async () => {
  process.on('unhandledRejection', noteStray).on('uncaughtException', noteStray);
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const direct = new URL(database.url);
  wire = await startTcpProxy({ host: direct.hostname, port: Number(direct.port) });
  const proxied = new URL(direct);
  proxied.port = String(wire.port);
  env = { ...redis.env, DATABASE_URL: proxied.href };
  one = await startRealtimeNode({ env: { ...redis.env, DATABASE_URL: direct.href } });
  two = await startRealtimeNode({ env, keep: 20 });
});
afterEach(closeClients);
afterAll(async () => {
  await Promise.all([one?.close(), two?.close()]);
  await Promise.all([redis?.stop(), database?.drop(), wire?.close()]);
  process.off('unhandledRejection', noteStray).off('uncaughtException', noteStray);
});

async function raiseAndSee(clients: readonly LiveClient[], withinMs: number): Promise<void> {
  const { seq } = await one.raise();
  await Promise.all(clients.map((client) => client.reached(seq, withinMs)));
  for (const client of clients) expect(client.seqs.filter((each) => each === seq)).toHaveLength(1);
}

describe('with Redis', () => {
  it('stopped, an alert reaches the sockets of all nodes, and those of a node that starts meanwhile', async () => {
    const clients = [await liveResponder(one.url), await liveResponder(two.url)];
    await redis.kill9();
    for (let round = 0; round < 3; round += 1) {
      // The node that committed it does not wait for its poll.
      await raiseAndSee(clients.slice(0, 1), AT_ONCE_MS);
      await raiseAndSee(clients, WITHOUT_REDIS_MS);
    }
    const third = await startRealtimeNode({ env: { ...redis.env, DATABASE_URL: database.url } });
    try {
      clients.push(await liveResponder(third.url));
      await raiseAndSee(clients, WITHOUT_REDIS_MS);
      await redis.restart();
      // Nodes find each other again, and the newcomer.
      await eventually(() => clients.every(({ presence }) => presence.at(-1)?.nodes === 3), { withinMs: 12_000 });
      await raiseAndSee(clients, WITHOUT_REDIS_MS);
    } finally {
      await third.close();
    }
    for (const client of clients.slice(0, 2)) expect(client.disconnects).toEqual([]);
  });

  it('hanging, an alert reaches the sockets of all nodes', async () => {
    const clients = [await liveResponder(one.url), await liveResponder(two.url)];
    redis.pause();
    try {
      await raiseAndSee(clients, WITHOUT_REDIS_MS);
    } finally {
      redis.resume();
    }
    await eventually(async () => (await one.raise()).realtime === 'live');
    for (const client of clients) expect(client.disconnects).toEqual([]);
  });
});

describe('with Postgres out of reach', () => {
  it('live sockets stay; one that needs Postgres is told to try again, one that does not is served', async () => {
    const live = await liveResponder(two.url);
    // More than the memory of the node holds.
    await Promise.all(Array.from({ length: 50 }, () => one.raise()));
    const first = await one.raise();
    await live.reached(first.seq);
    await wire.cut();
    try {
      const fresh = connectResponder(two.url);
      const longAway = connectResponder(two.url, { cursor: 0 });
      const shortAway = await liveResponder(two.url, { cursor: first.seq - 1 });
      await shortAway.reached(first.seq);
      expect(shortAway.seqs).toEqual([first.seq]);
      for (const client of [fresh, longAway]) {
        await eventually(() => client.disconnects.length > 0);
        expect(client.resyncs).toEqual(['unavailable']);
        expect(client.disconnects).toEqual(['transport close']);
      }
      // The stream alone brings what another node commits.
      await raiseAndSee([live, shortAway], WITHOUT_REDIS_MS);
      expect(live.disconnects).toEqual([]);
    } finally {
      await wire.mend();
    }
    const again = await eventually(async () => {
      const client = connectResponder(two.url);
      await eventually(() => client.snapshots.length > 0 || client.disconnects.length > 0);
      return client.snapshots.length > 0 && client;
    });
    await raiseAndSee([live, again], WITHOUT_REDIS_MS);
  });

  it('a node starts all the same, and serves sockets once Postgres is there', async () => {
    await wire.cut();
    const third = await startRealtimeNode({ env });
    try {
      const early = connectResponder(third.url);
      await eventually(() => early.disconnects.length > 0);
      expect(early.resyncs).toEqual(['unavailable']);
      const waiting = connectResponder(third.url);
      await wire.mend();
      await eventually(() => waiting.snapshots.length > 0);
      await raiseAndSee([waiting], WITHOUT_REDIS_MS);
    } finally {
      await third.close();
    }
  });
});

it('no rejection of the adapter went unhandled', () => {
  expect(strays).toEqual([]);
});
