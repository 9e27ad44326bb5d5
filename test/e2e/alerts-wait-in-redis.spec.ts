import { keys } from '../../src/redis/redis.keys.js';
import { REDIS_ROLES } from '../../src/redis/redis.roles.js';
import { AlertsClient, ALERTS_PATH, type Json } from '../support/alerts-client.js';
import { eventually } from '../support/eventually.js';
import { closeClients, LiveClient, liveResponder } from '../support/live-client.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const KEY = 'a-key-that-nobody-guesses-0001';
const HERE = { lat: -25.7, lng: 28.2 };
const OPERATOR = { token: TEST_OPERATOR_KEY };

let redis: TestRedis;
let database: TestDatabase;
let way: TcpProxy;
let node: TestNode;
let client: AlertsClient;
let streams: ReturnType<TestRedis['admin']>;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const url = new URL(database.url);
  way = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(way.port);
  node = await startTestNode({ env: { ...redis.env, DATABASE_URL: url.href } });
  client = new AlertsClient(node.url);
  streams = redis.admin();
  await streams.select(REDIS_ROLES.realtime.db);
});
afterEach(async () => {
  closeClients();
  await isMoved();
});
afterAll(async () => {
  await node?.stop();
  await way?.close();
  await redis?.stop();
  await database?.drop();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const isMoved = () => eventually(async () => (await streams.xlen(keys.pending())) === 0, { what: 'an empty stream' });
const stored = async (id: string) =>
  eventually(async () => {
    await isMoved();
    const { status, body } = await client.get(`${ALERTS_PATH}/${id}`);
    return status === 200 && !body.provisional ? body : undefined;
  });
const timeline = async (id: string): Promise<string[]> =>
  (await client.get(`${ALERTS_PATH}/${id}/events`)).body.items.map(({ type }: Json) => type);

it('promises an id that retries and further presses share, and stores them as one alert', async () => {
  await way.cut();
  const first = await client.raise({ message: 'Smoke', cancelPin: '2580' }, { 'idempotency-key': KEY });
  expect(first.status).toBe(201);
  expect(first.body).toMatchObject({ stored: 'redis', durability: 'append-only-file', realtime: 'live', seq: 0 });
  expect(first.body).toMatchObject({ provisional: true, status: 'open', severity: 'high', warnings: [] });
  expect(first.body.reference).toMatch(/^NB-P[0-9A-Z]{6}$/);
  const { id, reference, receiptToken } = first.body;
  const retry = await client.raise({ message: 'Smoke', cancelPin: '2580' }, { 'idempotency-key': KEY });
  expect(retry).toMatchObject({ status: 200, body: { id, reference, repeatCount: 0, message: 'Smoke' } });
  const located = await client.raise({ message: 'Smoke', location: HERE }, { 'idempotency-key': KEY });
  expect(located).toMatchObject({ status: 200, body: { id, location: HERE, repeatCount: 0 } });
  const again = await client.raise({}, bearer(receiptToken));
  expect(again).toMatchObject({ status: 200, body: { id, repeatCount: 1, severity: 'critical', location: HERE } });
  await way.mend();
  expect(await stored(id)).toMatchObject({ reference, repeatCount: 1, severity: 'critical', location: HERE });
  expect(await timeline(id)).toEqual(['alert.raised', 'alert.updated', 'alert.repeated']);
  // The PIN came along, and the receipt still opens the alert.
  const cancel = { method: 'POST', headers: { ...bearer(receiptToken), 'content-type': 'application/json' } };
  const wrong = await client.ask(`${ALERTS_PATH}/${id}/cancel`, { ...cancel, body: '{"pin":"1111"}' });
  expect(wrong.body.code).toBe('PIN_WRONG');
  const right = await client.ask(`${ALERTS_PATH}/${id}/cancel`, { ...cancel, body: '{"pin":"2580"}' });
  expect(right).toMatchObject({ status: 200, body: { id, status: 'cancelled' } });
});

it('lets the alert be read, refuses steps with a reason, and tells nobody else of it', async () => {
  await way.cut();
  const { id, receiptToken } = (await client.raise({ message: 'Help' })).body;
  const other = (await client.raise({})).body;
  const mine = await client.ask(`${ALERTS_PATH}/${id}`, { headers: bearer(receiptToken) });
  expect(mine).toMatchObject({ status: 200, body: { id, provisional: true, seq: 0, reach: { counts: { seen: 0 } } } });
  expect((await client.ask(`${ALERTS_PATH}/${id}`, { headers: bearer(other.receiptToken) })).status).toBe(403);
  const step = await client.step(id, 'acknowledge');
  expect(step).toMatchObject({ status: 503, body: { code: 'ALERT_PROVISIONAL', retryAfter: 2 } });
  expect(step.headers.get('retry-after')).toBe('2');
  expect((await client.ask(`${ALERTS_PATH}/${id}/acknowledge`, { method: 'POST' })).status).toBe(401);
  await way.mend();
  await stored(id);
  expect((await client.step(id, 'acknowledge')).status).toBe(200);
});

it('folds by the phone number, and lets only the reporter read what was told', async () => {
  const contact = { phone: '+27821230001' };
  await way.cut();
  const first = (await client.raise({ contact, message: 'Mine' })).body;
  const second = await client.raise({ contact, message: 'Somebody else' });
  expect(second).toMatchObject({ status: 200, body: { id: first.id, message: 'Somebody else', repeatCount: 1 } });
  const { status } = await client.ask(`${ALERTS_PATH}/${first.id}`, { headers: bearer(second.body.receiptToken) });
  expect(status).toBe(403);
  expect((await client.raise({ contact, test: true })).body.id).not.toBe(first.id);
  await way.mend();
  const alert = await stored(first.id);
  expect(alert).toMatchObject({ message: 'Mine\nSomebody else', repeatCount: 1, own: { message: 'Mine' } });
});

it('tells sockets at once, also one that connects meanwhile, and the log takes its place', async () => {
  const before = await liveResponder(node.url, OPERATOR);
  const provisional: Json[] = [];
  before.socket.on('provisional', (message) => provisional.push(message));
  await way.cut();
  const { id, receiptToken } = (await client.raise({ message: 'Told at once' })).body;
  await eventually(() => provisional.length > 0);
  expect(provisional[0]).toMatchObject({ alert: { id, provisional: true, seq: 0, message: 'Told at once' } });
  for (const auth of [OPERATOR, { receiptToken }]) {
    const late = new LiveClient(node.url, auth);
    const told = await new Promise<Json>((resolve) => late.socket.on('provisional', resolve));
    expect(told.alert).toMatchObject({ id, provisional: true });
  }
  await way.mend();
  await eventually(() => before.alerts.some(({ type, alert }) => type === 'alert.raised' && alert.id === id));
  await eventually(async () => (await client.get('/health')).body.intake.pending === 0);
  const after = await liveResponder(node.url, OPERATOR);
  expect(after.snapshots[0]!.alerts.some((alert) => alert.id === id)).toBe(true);
  expect(provisional.every(({ became }) => became === undefined)).toBe(true);
});

it('leads the promise to the alert that Postgres had, where its answer was lost', async () => {
  const key = { 'idempotency-key': 'a-key-that-nobody-guesses-0002' };
  const inPostgres = (await client.raise({ message: 'Once' }, key)).body;
  const responder = await liveResponder(node.url, OPERATOR);
  const told: Json[] = [];
  responder.socket.on('provisional', (message) => told.push(message));
  await way.cut();
  const { id, receiptToken } = (await client.raise({ message: 'Once' }, key)).body;
  expect(id).not.toBe(inPostgres.id);
  await way.mend();
  const became = await eventually(() => told.find((message) => message.became !== undefined));
  expect(became).toMatchObject({ became: inPostgres.id, alert: { id } });
  expect(await stored(id)).toMatchObject({ id: inPostgres.id, repeatCount: 0 });
  const mine = await client.ask(`${ALERTS_PATH}/${id}`, { headers: bearer(receiptToken) });
  expect(mine).toMatchObject({ status: 200, body: { id: inPostgres.id } });
  const reporter = new LiveClient(node.url, { receiptToken });
  await eventually(() => reporter.snapshots[0]?.alerts[0]?.id === inPostgres.id);
  const pressed = await client.raise({}, bearer(receiptToken));
  expect(pressed).toMatchObject({ status: 200, body: { id: inPostgres.id, stored: 'postgres', repeatCount: 1 } });
});

it('gives whoever merely knows the number no more by a promise than they had', async () => {
  const contact = { phone: '+27821230002' };
  const key = { 'idempotency-key': 'a-key-that-nobody-guesses-0003' };
  const victims = (await client.raise({ contact, message: 'I hide in the cellar' })).body;
  const before = await client.raise({ contact }, key);
  expect(before).toMatchObject({ status: 200, body: { id: victims.id, message: null } });
  await way.cut();
  const { id, receiptToken } = (await client.raise({ contact }, key)).body;
  expect(id).not.toBe(victims.id);
  await way.mend();
  expect((await stored(id))?.id).toBe(victims.id);
  for (const wanted of [id, victims.id]) {
    const { status } = await client.ask(`${ALERTS_PATH}/${wanted}`, { headers: bearer(receiptToken) });
    expect(status).toBe(403);
  }
  const cancel = { method: 'POST', headers: bearer(receiptToken) };
  expect((await client.ask(`${ALERTS_PATH}/${victims.id}/cancel`, cancel)).status).toBe(403);
  const reporter = new LiveClient(node.url, { receiptToken });
  await eventually(() => reporter.refusals.length > 0);
});

it('does not count what cannot be read as an alert, and keeps it aside', async () => {
  await streams.xadd(keys.pending(), '*', 'press', '{"command":{"type":"raise"}}');
  await eventually(async () => (await client.get('/health')).body.intake.refused === 1);
  expect((await client.get('/health')).body).toMatchObject({ status: 'degraded', intake: { pending: 0 } });
  expect(await streams.xlen(keys.refusedPending())).toBe(1);
});
