import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import type { RaiseCommand } from '../../src/alerts/decide.js';
import { PendingDrain } from '../../src/alerts/pending-drain.js';
import { PendingStream } from '../../src/alerts/pending-stream.js';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { keys } from '../../src/redis/redis.keys.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

/** Postgres fails at one alert as it does when its disk fails, which condemns all that would be committed with it. */
const FAIL = `
  create function fail() returns trigger language plpgsql as $$
    begin raise exception 'could not write' using errcode = '58030'; end $$;
  create trigger fail before insert on alert_events for each row
    when (new.details::jsonb ->> 'message' = 'the one') execute function fail()`;

let redis: TestRedis;
let testDatabase: TestDatabase;
let database: Database;
let realtime: RoleConnections;
let stream: PendingStream;
let drain: PendingDrain;

beforeAll(async () => {
  Logger.overrideLogger(false);
  [redis, testDatabase] = await Promise.all([startTestRedis(), createTestDatabase()]);
  database = new Database(testDatabase.url);
  const env = { ...redis.env, DATABASE_URL: testDatabase.url, NABOOM_OPERATOR_KEY: 'operator-key-of-a-drain-test' };
  realtime = new RoleConnections('realtime', loadConfig(env).redis.roles.realtime);
  realtime.connect();
  await realtime.ready(5000);
  stream = new PendingStream(realtime.commandsAt(keys.pending(), 'test'));
  drain = new PendingDrain({
    database,
    log: new AlertLog(database),
    stream,
    pins: { keepDigests: async () => 'kept' },
    clock: systemClock,
  });
});
afterAll(async () => {
  await drain?.stop();
  await realtime?.close();
  await database?.close();
  await testDatabase?.drop();
  await redis?.stop();
});

const press = (message: string): RaiseCommand => ({
  type: 'raise',
  newId: uuidv7(),
  at: new Date().toISOString(),
  actor: { kind: 'reporter' },
  press: { test: false, verified: true, message },
});

it('stores what stands behind an entry at which Postgres fails, and that one when it no longer does', async () => {
  await database.pool.query(FAIL);
  const commands = ['before', 'the one', ...Array.from({ length: 20 }, (_, n) => `after ${n}`)].map(press);
  for (const command of commands) await stream.take(command, () => undefined);
  drain.start();
  const left = await eventually(async () => {
    const entries = await stream.oldest(10);
    return entries.length === 1 ? entries : undefined;
  });
  expect(left[0]!.press).toMatchObject({ command: { press: { message: 'the one' } } });
  await database.pool.query('drop trigger fail on alert_events');
  await eventually(async () => (await stream.counts()).pending === 0);
  const reader = new AlertReader(database);
  const stored = await Promise.all(commands.map(({ newId }) => reader.byId(newId)));
  expect(stored.map((alert) => alert?.message)).toEqual(commands.map((command) => command.press.message));
  expect(await stream.counts()).toEqual({ pending: 0, refused: 0 });
  // Who judges whether somebody was called in time must know since when anybody could be.
  const [raised] = await reader.timeline(commands[1]!.newId, 0, 1);
  expect((raised!.details as { loggedAt: string }).loggedAt > commands.at(-1)!.at).toBe(true);
});
