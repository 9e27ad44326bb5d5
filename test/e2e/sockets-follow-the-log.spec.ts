import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RaiseAnswer } from '../../src/alerts/alerts.service.js';
import { eventually } from '../support/eventually.js';
import { closeClients, connectResponder, LiveClient, liveResponder } from '../support/live-client.js';
import { startRealtimeNode, type RealtimeNode } from '../support/realtime-node.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

/** Entries that the second node keeps in memory: whoever was away for longer is served from Postgres. */
const KEEP = 20;

let redis: TestRedis;
let database: TestDatabase;
let one: RealtimeNode;
let two: RealtimeNode;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const env = { ...redis.env, DATABASE_URL: database.url };
  one = await startRealtimeNode({ env });
  two = await startRealtimeNode({ env, keep: KEEP });
});
afterEach(closeClients);
afterAll(async () => {
  await Promise.all([one?.close(), two?.close()]);
  await Promise.all([redis?.stop(), database?.drop()]);
});

const raiseMany = (node: RealtimeNode, count: number): Promise<RaiseAnswer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => node.raise({ message: `alert ${index}` })));
const lastSeq = (answers: readonly RaiseAnswer[]): number => Math.max(...answers.map(({ seq }) => seq));
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('sockets of two nodes', () => {
  it('get an alert raised at either, once, in order, with the same content', async () => {
    const clients = [
      await liveResponder(one.url),
      await liveResponder(two.url),
      await liveResponder(two.url, {}, { transports: ['polling'] }),
      await liveResponder(one.url, {}, { transports: ['polling', 'websocket'] }),
    ];
    const before = (await one.reader.range()).head;
    const answers = [await one.raise({ severity: 'critical' }), ...(await raiseMany(two, 30))];
    for (const client of clients) {
      await client.reached(lastSeq(answers));
      expect(client.seqs).toEqual(range(before + 1, before + 31));
      expect(client.alerts[0]).toMatchObject({
        type: 'alert.raised',
        actor: { kind: 'reporter' },
        alert: { id: answers[0]!.id, severity: 'critical', status: 'open' },
      });
    }
    for (const client of clients) expect(client.alerts).toEqual(clients[0]!.alerts);
  });

  it('get what is raised while Redis forgets everything', async () => {
    const clients = [await liveResponder(one.url), await liveResponder(two.url)];
    const admin = redis.admin();
    const answers: RaiseAnswer[] = [];
    for (let round = 0; round < 5; round += 1) {
      const [raised] = await Promise.all([raiseMany(one, 4), admin.flushall()]);
      answers.push(...raised);
    }
    for (const client of clients) {
      await client.reached(lastSeq(answers));
      expect(client.seqs).toEqual(answers.map(({ seq }) => seq).sort((a, b) => a - b));
    }
  });

  it('give the severity rooms only their own, and word of what leaves them', async () => {
    const low = await liveResponder(one.url, { severities: ['low'] });
    const urgent = await liveResponder(two.url, { severities: ['high', 'critical'] });
    const phone = '+27821230001';
    const quiet = await one.raise({ severity: 'low', contact: { phone } });
    const loud = await one.raise({ severity: 'critical' });
    const risen = await one.raise({ severity: 'high', contact: { phone } });
    expect(risen.id).toBe(quiet.id);
    await low.reached(risen.seq);
    await urgent.reached(risen.seq);
    expect(low.seqs).toEqual([quiet.seq, risen.seq]);
    expect(urgent.seqs).toEqual([loud.seq, risen.seq]);
    const later = await liveResponder(one.url, { severities: ['low'] });
    const shown = later.snapshots[0]!.alerts.map(({ severity }) => severity);
    expect(new Set(shown)).toEqual(new Set(shown.length > 0 ? ['low'] : []));
    expect(later.snapshots[0]!.alerts.map(({ id }) => id)).not.toContain(risen.id);
  });

  it('show a reporter the own alert alone, in the reduced view', async () => {
    const raised = await one.raise({ message: 'help' });
    const reporter = new LiveClient(two.url, { receiptToken: raised.receiptToken });
    await eventually(() => reporter.snapshots.length > 0);
    expect(reporter.snapshots[0]!.alerts).toEqual([expect.objectContaining({ id: raised.id, message: 'help' })]);
    await raiseMany(one, 3);
    const closed = await one.alerts.step(raised.id, { kind: 'operator' }, { type: 'resolve', reason: 'all well' });
    await reporter.reached(closed.seq);
    expect(reporter.alerts).toEqual([expect.objectContaining({ seq: closed.seq, type: 'alert.resolved' })]);
    expect(reporter.alerts[0]!.alert).not.toHaveProperty('contact');
    const returned = new LiveClient(two.url, { receiptToken: raised.receiptToken, cursor: raised.seq });
    await returned.reached(closed.seq);
    expect(returned.alerts).toEqual(reporter.alerts);
  });
});

describe('a returning socket', () => {
  it('of a reporter is served from the timeline of the alert when it was away for long, then goes on live', async () => {
    const raised = await one.raise();
    await raiseMany(one, 3 * KEEP);
    const late = new LiveClient(two.url, { receiptToken: raised.receiptToken, cursor: raised.seq - 1 });
    await late.reached(raised.seq);
    await eventually(() => two.presence.counts().reporters === 1, { what: 'a live socket' });
    await raiseMany(one, 3 * KEEP);
    const closed = await one.alerts.step(raised.id, { kind: 'operator' }, { type: 'resolve' });
    await late.reached(closed.seq);
    expect(late.seqs).toEqual([raised.seq, closed.seq]);
    expect(late.snapshots).toEqual([]);
  });

  it('gets exactly what came after its cursor, from memory or from Postgres, then goes on live', async () => {
    const first = await raiseMany(one, 1);
    const missed = await raiseMany(one, 250);
    const cursor = lastSeq(first);
    const returned = [await liveResponder(one.url, { cursor }), await liveResponder(two.url, { cursor })];
    const more = await one.raise();
    expect(more.seq).toBe(cursor + missed.length + 1);
    for (const client of returned) {
      await client.reached(more.seq);
      expect(client.seqs).toEqual(range(cursor + 1, more.seq));
      expect(client.snapshots).toEqual([]);
    }
  });

  it.each([
    ['the log does not reach as far as its cursor', 'cursor-ahead', 1_000_000_000],
    ['retention has deleted what came after its cursor', 'cursor-expired', 1],
  ])('is told to connect anew when %s', async (_when, reason, cursor) => {
    const { Client } = await import('pg');
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query('update log_head set floor = 2 where seq >= 2');
    await client.end();
    const socket = connectResponder(two.url, { cursor });
    await eventually(() => socket.disconnects.length > 0);
    expect(socket.resyncs).toEqual([reason]);
    // Not 'io server disconnect', after which clients stay away.
    expect(socket.disconnects).toEqual(['transport close']);
    expect(socket.alerts).toEqual([]);
  });
});

describe('sockets that come and go while alerts stream in', () => {
  it('all end with exactly the events of the server', async () => {
    const start = (await one.reader.range()).head;
    const clients: { client: LiveClient; cursor: number | undefined }[] = [];
    const raised: Promise<RaiseAnswer>[] = [];
    for (let index = 0; index < 300; index += 1) {
      raised.push((index % 3 === 0 ? two : one).raise({ message: `storm ${index}` }));
      if (index % 10 === 5) {
        const cursor = index % 20 === 5 ? start + Math.floor(index / 30) : undefined;
        const { url } = index % 40 < 20 ? one : two;
        clients.push({ client: connectResponder(url, cursor === undefined ? {} : { cursor }), cursor });
      }
      if (index % 5 === 0) await nextTurn();
      if (index % 50 === 0) await raised.at(-1);
    }
    const end = lastSeq(await Promise.all(raised));
    for (const { client, cursor } of clients) {
      await client.reached(end, 10_000);
      const from = cursor ?? client.snapshots[0]!.seq;
      expect(client.seqs).toEqual(range(from + 1, end));
      expect(client.snapshots).toHaveLength(cursor === undefined ? 1 : 0);
    }
    const snapshots = clients.flatMap(({ client }) => client.snapshots);
    // The storm met sockets at different moments, or the test has shown nothing.
    expect(new Set(snapshots.map(({ seq }) => seq)).size).toBeGreaterThan(3);
    for (const { seq, alerts } of snapshots) {
      const open = (await one.reader.openAlerts()).alerts.filter((alert) => alert.seq <= seq);
      expect(new Set(alerts.map(({ id }) => id))).toEqual(new Set(open.map(({ id }) => id)));
    }
  });
});

it('the Redis user of the sockets was refused nothing', async () => {
  expect(await redis.admin().acl('LOG')).toEqual([]);
});
