import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import { AlertStream } from '../../src/alerts/alert-stream.js';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { Deliveries, type DueDelivery } from '../../src/notifications/deliveries.js';
import type { DeliveryQueue } from '../../src/notifications/delivery-queue.js';
import { DeliveryReader } from '../../src/notifications/delivery-reader.js';
import { LogCursors } from '../../src/notifications/log-cursors.js';
import { LogFollower } from '../../src/notifications/log-follower.js';
import { StreamBackfill } from '../../src/notifications/stream-backfill.js';
import { keys } from '../../src/redis/redis.keys.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { raiseAlert } from '../support/raise-alert.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const TARGETS = ['https://one.example/', 'https://two.example/'];

let redis: TestRedis;
let testDatabase: TestDatabase;
let database: Database;
let realtime: RoleConnections;
let stream: AlertStream;
let log: AlertLog;
let cursors: LogCursors;
let queued: DueDelivery[];
let follower: LogFollower | undefined;

beforeEach(async () => {
  Logger.overrideLogger(false);
  [redis, testDatabase] = await Promise.all([startTestRedis(), createTestDatabase()]);
  database = new Database(testDatabase.url);
  const env = { ...redis.env, DATABASE_URL: testDatabase.url, NABOOM_OPERATOR_KEY: 'operator-key-of-a-reader-test' };
  realtime = new RoleConnections('realtime', loadConfig(env).redis.roles.realtime);
  realtime.connect();
  await realtime.ready(5000);
  stream = new AlertStream(realtime);
  log = new AlertLog(database);
  cursors = new LogCursors(database);
  queued = [];
});
afterEach(async () => {
  await follower?.stop();
  await realtime.close();
  await database.close();
  await Promise.all([redis.stop(), testDatabase.drop()]);
});

function deliveryReader(): DeliveryReader {
  const deliveries = new Deliveries(database);
  const queue = { add: async (due: readonly DueDelivery[]) => void queued.push(...due) } as unknown as DeliveryQueue;
  return new DeliveryReader({ database, cursors, deliveries, queue, clock: systemClock, targets: TARGETS });
}

function streamBackfill(): StreamBackfill {
  return new StreamBackfill({ reader: new AlertReader(database), stream, cursors, clock: systemClock });
}

async function follow(streams = streamBackfill()): Promise<LogFollower> {
  follower = new LogFollower({ database, cursors, stream, readers: [deliveryReader(), streams] });
  await follower.start();
  await eventually(() => follower!.isLeading);
  return follower;
}

async function raise(count: number): Promise<void> {
  for (let alert = 0; alert < count; alert++) await raiseAlert(log);
}

/** seq and target of every delivery. */
async function ledger(): Promise<string[]> {
  const { rows } = await database.query<{ row: string }>({
    text: `select seq || ' ' || target as row from deliveries order by seq, target`,
  });
  return rows.map(({ row }) => row);
}
const wanted = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => TARGETS.map((target) => `${from + index} ${target}`)).flat();

/** The seqs in the stream of severity high. */
async function streamed(): Promise<number[]> {
  const db4 = redis.admin();
  await db4.select(4);
  const entries = await db4.xrange(keys.alertStream('high'), '-', '+');
  return entries.map(([, fields]) => Number(fields[fields.indexOf('seq') + 1]));
}

it('makes one delivery of each event and receiver, though a stream tells late, twice, or of what is not there', async () => {
  log.onCommit((entries) => void stream.add([...entries, ...entries]));
  await follow();
  await raise(5);
  const db4 = redis.admin();
  await db4.select(4);
  await db4.xadd(keys.commits(), '*', 'node', 'another', 'seqs', '999999');
  await raise(5);
  await eventually(async () => (await ledger()).length === 20);
  expect(await ledger()).toEqual(wanted(1, 10));
  expect(queued.map(({ id }) => id)).toHaveLength(new Set(queued.map(({ id }) => id)).size);
});

it('loses nothing when Redis is wiped and tells nothing, and fills the gap of the streams', async () => {
  await follow();
  await raise(2);
  await redis.admin().flushall();
  await raise(2);
  await eventually(async () => (await ledger()).length === 8);
  expect(await ledger()).toEqual(wanted(1, 4));
  await eventually(async () => (await streamed()).length === 4);
  expect(await streamed()).toEqual([1, 2, 3, 4]);
});

it('does again, and only once more, what a process that died had done but not written down', async () => {
  const { cursor } = streamBackfill();
  await cursors.open(cursor);
  await cursors.open('deliveries');
  await raise(3);
  const entries = await new AlertReader(database).after(0, 10);
  const dead = { deliveries: deliveryReader(), streams: streamBackfill() };
  for (const reader of Object.values(dead)) reader.start(0);
  dead.streams.heard([1, 2, 3]);
  await stream.add(entries);
  await dead.streams.advance(3); // a lazy cursor: Postgres still has it at 0
  await dead.deliveries.advance(3);
  expect(await cursors.open(cursor)).toBe(0);
  await follow();
  await raise(1);
  await eventually(async () => (await ledger()).length === 8);
  expect(await ledger()).toEqual(wanted(1, 4));
  await eventually(async () => (await streamed()).includes(4));
  expect(await streamed()).toEqual([1, 2, 3, 1, 2, 3, 4]);
});

it('stands still when somebody else has moved its cursor, and writes no row', async () => {
  await cursors.open('deliveries');
  await raise(2);
  const overtaken = deliveryReader();
  overtaken.start(0);
  const other = deliveryReader();
  other.start(0);
  await other.advance(1);
  await expect(overtaken.advance(2)).rejects.toThrow('the cursor deliveries is not at 0');
  await expect(cursors.advance('deliveries', 1, 3)).rejects.toThrow('3 is not in the log');
  expect(await ledger()).toEqual(wanted(1, 1));
});

it('gives an event and receiver no second row, whoever asks for it', async () => {
  await raise(2);
  const range = { after: 0, through: 2 };
  const insert = () =>
    database.transaction((client) => new Deliveries(database).insert(client, range, TARGETS, new Date()));
  expect(await insert()).toHaveLength(4);
  expect(await insert()).toEqual([]);
  expect(await ledger()).toEqual(wanted(1, 2));
});

it('writes its cursors down when it stops, in the middle of gathering too', async () => {
  log.onCommit((entries) => void stream.add(entries));
  const streams = streamBackfill();
  const hear = streams.heard.bind(streams);
  const listen = jest.spyOn(streams, 'heard');
  const running = await follow(streams);
  const hears = (seq: number) =>
    new Promise<void>((resolve) => {
      listen.mockImplementation((seqs) => {
        hear(seqs);
        if (seqs.includes(seq)) resolve();
      });
    });
  const first = hears(1);
  await raise(1);
  await first;
  await eventually(async () => (await ledger()).length === 2);
  const again = hears(1);
  await stream.add(await new AlertReader(database).after(0, 1));
  await again; // it waits for more that go together
  await running.stop();
  expect(running.isLeading).toBe(false);
  expect([await cursors.open('deliveries'), await cursors.open('streams')]).toEqual([1, 1]);
  const clients = redis.admin();
  await once(clients, 'ready');
  await eventually(async () => !String(await clients.client('LIST')).includes('naboom:realtime:stream'));
});
