import { keys } from '../../src/redis/redis.keys.js';
import { tokenHash } from '../../src/auth/tokens.js';
import { AlertsClient, ALERTS_PATH, type Answer, type Json } from '../support/alerts-client.js';
import { eventually } from '../support/eventually.js';
import { PlantedPeople } from '../support/planted-people.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const SESSIONS_DB = 3;
const USED = 'select from api_keys where id = $1 and last_used_at is not null';
const REFUSED = [expect.stringMatching(/^authorization: ignored/)];

let redis: TestRedis;
let database: TestDatabase;
let way: TcpProxy;
let nodes: TestNode[];
let [here, there]: AlertsClient[] = [];
let planted: PlantedPeople;
let organisation: string;
let copies: ReturnType<TestRedis['admin']>;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const url = new URL(database.url);
  way = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(way.port);
  const env = { ...redis.env, DATABASE_URL: url.href };
  nodes = await Promise.all([startTestNode({ env }), startTestNode({ env })]);
  [here, there] = nodes.map((node) => new AlertsClient(node.url));
  planted = new PlantedPeople(database.url);
  organisation = await planted.organisation();
  copies = redis.admin();
  await copies.select(SESSIONS_DB);
});
afterAll(async () => {
  await planted?.close();
  await Promise.all((nodes ?? []).map((node) => node.stop()));
  await way?.close();
  await redis?.stop();
  await database?.drop();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
/** A siren's event: too short for a key that stands for itself, so it counts only while the siren is known. */
const press = (client: AlertsClient, key: string, event: string): Promise<Answer> =>
  client.raise({ message: event }, { ...bearer(key), 'idempotency-key': event });
const copyOf = (key: string) => copies.get(keys.session(tokenHash(key)));
const isKnown = async (client: AlertsClient, key: string) =>
  (await client.ask(ALERTS_PATH, { headers: bearer(key) })).status === 200;
/** The log's alert that this id leads to. */
const stored = (id: string): Promise<Json> =>
  eventually(async () => {
    const { status, body } = await here!.get(`${ALERTS_PATH}/${id}`);
    const { pending } = (await here!.get('/health')).body.intake;
    return status === 200 && pending === 0 && !body.provisional && body;
  });

it('knows a machine while Postgres is away, on every node: what it sends again is the same alert, and its own', async () => {
  const key = await planted.apiKey(organisation, ['alerts:raise', 'alerts:read']);
  const first = await press(here!, key, 'evt-4711');
  expect(first).toMatchObject({ status: 201, body: { stored: 'postgres', warnings: [] } });
  await eventually(async () => (await copyOf(key)) !== null, { what: 'the copy of the key' });
  await way.cut();
  const retry = await press(there!, key, 'evt-4711');
  expect(retry.body).toMatchObject({ stored: 'redis', warnings: [] });
  const second = await press(there!, key, 'evt-4712');
  expect(second).toMatchObject({ status: 201, body: { stored: 'redis', warnings: [] } });
  await way.mend();
  const own = { source: 'partner', verified: true, organisations: [organisation], repeatCount: 0 };
  expect(await stored(retry.body.id)).toMatchObject({ id: first.body.id, message: 'evt-4711', ...own });
  expect(await stored(second.body.id)).toMatchObject({ id: second.body.id, message: 'evt-4712', ...own });
  const late = await eventually(async () => {
    const answer = await press(here!, key, 'evt-4712');
    return answer.body.stored === 'postgres' && answer;
  });
  expect(late).toMatchObject({ status: 200, body: { id: second.body.id, repeatCount: 0 } });
});

it('does not know a revoked key again, though Redis returns with its copy and Postgres is away', async () => {
  const key = await planted.apiKey(organisation, ['alerts:raise', 'alerts:read']);
  const [{ id }] = (await planted.sql('select id from api_keys where key_hash = $1', [tokenHash(key)])) as [Json];
  expect(await isKnown(here!, key)).toBe(true);
  // Its use is written once a minute, and the copy with it: from then on nothing writes one.
  await eventually(async () => (await planted.sql(USED, [id])).length === 1, { what: 'the use of the key' });
  const before = await eventually(async () => (await copyOf(key)) ?? undefined, { what: 'the copy of the key' });
  expect(before).not.toContain(key.slice(4));
  const asOperator = { method: 'DELETE', headers: bearer(TEST_OPERATOR_KEY) };
  expect((await here!.ask(`/api/v1/api-keys/${id}`, asOperator)).status).toBe(204);
  expect(await copyOf(key)).toBeNull();
  await copies.set(keys.session(tokenHash(key)), before);
  expect(await isKnown(here!, key)).toBe(false);
  await eventually(async () => !(await isKnown(there!, key)), { withinMs: 3000, what: 'the other node to hear of it' });
  await way.cut();
  for (const client of [here!, there!]) {
    const { status, body } = await press(client, key, 'an-event-of-a-key-that-is-over');
    expect(body).toMatchObject({ stored: 'redis', warnings: REFUSED });
    expect(status).toBe(client === here ? 201 : 200);
  }
  expect(await copyOf(key)).toBe(before);
  await way.mend();
});
