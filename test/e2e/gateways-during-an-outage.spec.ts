import { ALERTS_PATH, AlertsClient } from '../support/alerts-client.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

/** A Redis that takes no alerts either: it would not keep them. */
const KEEPS_NOTHING = { extraLines: ['appendonly no'] };

const SECRET = 'secret-of-the-gateways-of-this-test';
/** Presses from one address that stay verified. */
const BUDGET = 3;

let redis: TestRedis;
let database: TestDatabase;
let path: TcpProxy;
let node: TestNode;
let client: AlertsClient;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(KEEPS_NOTHING), createTestDatabase()]);
  const url = new URL(database.url);
  path = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(path.port);
  const env = { DATABASE_URL: url.href, NABOOM_INBOUND_SECRET: SECRET, NABOOM_FLOOD_PER_ADDRESS: String(BUDGET) };
  node = await startTestNode({ env: { ...redis.env, ...env } });
  client = new AlertsClient(node.url);
});
afterAll(async () => {
  await node?.stop();
  await path?.close();
  await redis?.stop();
  await database?.drop();
});

const post = (gateway: string, fields: Record<string, string>) =>
  client.ask(`/api/v1/inbound/${gateway}/${SECRET}`, { method: 'POST', body: new URLSearchParams(fields) });
const sms = () => post('sms/africastalking', { from: '+27820005001', text: 'help', id: 'a-1' });
const ussd = () => post('ussd', { sessionId: 's-1', phoneNumber: '+27820005002', text: '1' });

it('while Postgres is away gateways send again, people on the line are told, and nobody pays for it later', async () => {
  await path.cut();
  expect(await sms()).toMatchObject({ status: 503, body: { code: 'DATABASE_UNAVAILABLE' } });
  expect(await ussd()).toMatchObject({ status: 200, body: expect.stringMatching(/^END NOT SENT.*112/s) });
  for (let n = 0; n < 2 * BUDGET; n += 1) expect((await client.raise()).status).toBe(503);

  await path.mend();
  await eventually(async () => (await sms()).status === 200, { what: 'Postgres' });
  expect((await ussd()).body).toMatch(/^CON .*NB-/s);
  await Promise.all([sms(), ussd()]);
  const { items } = (await client.get(ALERTS_PATH)).body;
  expect(items).toHaveLength(2);
  expect(items.map(({ repeatCount }: { repeatCount: number }) => repeatCount)).toEqual([0, 0]);
  // What could not be stored did not count as a flood.
  for (let n = 0; n < BUDGET; n += 1) expect((await client.raise()).body.warnings).toEqual([]);
  expect((await client.raise()).body.warnings).toHaveLength(1);
});
