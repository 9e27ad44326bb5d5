import { BEGIN_AND_LOCK } from '../../src/alerts/alert-log.sql.js';
import { Intake } from '../../src/alerts/intake.js';
import { pendingFields, type PendingPress } from '../../src/alerts/pending-press.js';
import { PendingStream } from '../../src/alerts/pending-stream.js';
import { PendingTail } from '../../src/alerts/pending-tail.js';
import { ProvisionalAlerts } from '../../src/alerts/provisional-alerts.js';
import { loadConfig } from '../../src/config/config.js';
import { keys } from '../../src/redis/redis.keys.js';
import type { RoleClient } from '../../src/redis/role-client.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import { newPress, useLogs } from '../support/use-logs.js';

const REPORTER = 'phone:+27820000001';
const OPERATOR = { kind: 'operator' } as const;

const used = useLogs();
let redis: TestRedis;
let realtime: RoleConnections;
let connection: RoleClient;
let alerts: ProvisionalAlerts;
let stream: PendingStream;
let tail: PendingTail;

beforeAll(async () => {
  redis = await startTestRedis();
  const env = { ...redis.env, DATABASE_URL: used().databaseUrl, NABOOM_OPERATOR_KEY: 'operator-key-of-a-promise' };
  realtime = new RoleConnections('realtime', loadConfig(env).redis.roles.realtime);
  realtime.connect();
  await realtime.ready(5000);
  connection = realtime.commandsAt(keys.pending(), 'test');
});
beforeEach(async () => {
  await redis.admin().flushall();
  alerts = new ProvisionalAlerts();
  stream = new PendingStream(connection, (id) => alerts.isOver(id));
  tail = new PendingTail(realtime, stream, alerts);
  tail.start();
});
afterEach(async () => tail.stop());
afterAll(async () => {
  await realtime?.close();
  await redis?.stop();
});

const take = (more: Parameters<typeof newPress>[0] = {}) =>
  stream.take(newPress({ reporter: REPORTER, ...more }), () => undefined);

it('stores a further press without a key once, though its commit outlasted the patience for it', async () => {
  const { logs, nodes, reader } = used();
  const opened = newPress({ reporter: REPORTER });
  await logs[1].append(opened);
  const holder = await nodes[1].writers.connect();
  await holder.query(BEGIN_AND_LOCK);
  const intake = new Intake({ log: logs[0], stream, tail, alerts, connection });
  const taken = await intake.take(newPress({ reporter: REPORTER }));
  expect(taken.stored).toBe('redis');
  await holder.query('rollback');
  holder.release();
  await intake.stop();
  await eventually(async () => (await reader.byId(opened.newId))?.repeatCount === 1);

  const [entry] = await stream.oldest(1);
  expect(await logs[1].append(entry!.press!.command)).toMatchObject({ outcome: 'replayed', alertId: opened.newId });
  expect((await reader.byId(opened.newId))?.repeatCount).toBe(1);
});

it('promises an alert of their own to those whose last one is over, and the same one again when it is not', async () => {
  const first = await take();
  const { id } = first.command.promised;
  const outcome = await used().logs[0].append(first.command);
  if ('refused' in outcome) throw new Error(outcome.refused);
  expect((await take()).command.promised).toEqual({ id, first: false });
  const { alert } = outcome;
  alerts.logged([
    { type: 'alert.raised', alert },
    { type: 'alert.resolved', alert: { ...alert, status: 'resolved' } },
  ]);
  const again = await take();
  expect(again.command.promised).toEqual({ id: expect.not.stringMatching(id), first: true });
  await eventually(() => alerts.get(again.command.promised.id));
  expect((await take()).command.promised).toEqual({ id: again.command.promised.id, first: false });
  alerts.logged([{ type: 'alert.reopened', alert }]);
  expect(alerts.isOver(id)).toBe(false);
});

it('tells a retry what it was told before, though the alert is over', async () => {
  const key = { digest: 'a'.repeat(64), fingerprint: 'b'.repeat(64) };
  const { command } = await take({ key });
  const outcome = await used().logs[0].append({ ...command, type: 'raise' });
  if ('refused' in outcome) throw new Error(outcome.refused);
  await used().logs[0].append({ type: 'resolve', alertId: outcome.alertId, at: command.at, actor: OPERATOR });
  alerts.logged([{ type: 'alert.resolved', alert: { ...outcome.alert, status: 'resolved' } }]);
  expect((await take({ key })).command.promised.id).toBe(command.promised.id);
});

it('hears of presses whose ids begin anew before those that were known', async () => {
  const add = async (id: string, press: Omit<PendingPress, 'id'>) =>
    connection.xadd(keys.pending(), id, ...pendingFields(press));
  const [before, after, last] = [newPress(), newPress(), newPress()].map((command) => ({
    command: { ...command, promised: { id: command.newId, first: true } },
  }));
  await add('9000-0', before!);
  await eventually(() => alerts.get(before!.command.newId));
  await redis.admin().flushall();
  await add('1000-0', after!);
  await eventually(() => alerts.get(after!.command.newId));
  // One that was known is still there as well, as where a failover lost what stood between.
  await redis.admin().flushall();
  await add('2000-0', last!);
  await eventually(() => alerts.get(last!.command.newId));
  await connection.xdel(keys.pending(), '2000-0');
  await eventually(() => alerts.size === 0);
  expect(alerts.presses).toBe(0);
});
