import { ALERTS_PATH as PATH, AlertsClient, type Json } from '../support/alerts-client.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let redis: TestRedis;
let database: TestDatabase;
let node: TestNode;
let client: AlertsClient;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  node = await startTestNode({ env: { ...redis.env, DATABASE_URL: database.url } });
  client = new AlertsClient(node.url);
});

afterAll(async () => {
  await node?.stop();
  await redis?.stop();
  await database?.drop();
});

describe('after the commit an alert', () => {
  it('adds the alert to its stream, the cache and the broadcast channel, each as its own user', async () => {
    const admin = redis.admin();
    const subscriber = redis.admin();
    const broadcast = new Promise<Json>((resolve) =>
      subscriber.on('message', (_channel, text) => resolve(JSON.parse(text))),
    );
    await subscriber.subscribe('emergency:broadcast');
    const { body } = await client.raise({ severity: 'low', kind: 'hazard' });
    expect(await broadcast).toMatchObject({ seq: body.seq, type: 'alert.raised', alert: { id: body.id } });
    await admin.select(4);
    const [last] = await admin.xrevrange('panic:alerts:low', '+', '-', 'COUNT', 1);
    expect(last?.[1].slice(0, 4)).toEqual(['seq', String(body.seq), 'type', 'alert.raised']);
    await admin.select(0);
    const cacheKey = `naboom:cache:1:emergency:alert:${body.id}`;
    await eventually(async () => (await admin.get(cacheKey)) !== null);
    expect(await admin.ttl(cacheKey)).toBeGreaterThan(3500);
    const denials = (await admin.acl('LOG')) as unknown[];
    expect(denials).toEqual([]);
    admin.disconnect();
    subscriber.disconnect();
  });

  it('answers 201 with realtime "delayed" while Redis hangs or is away, in time', async () => {
    redis.pause();
    const started = Date.now();
    const hung = await client.raise({ message: 'redis hangs' });
    expect(hung).toMatchObject({ status: 201, body: { stored: 'postgres', realtime: 'delayed' } });
    expect(Date.now() - started).toBeLessThan(1000);
    redis.resume();
    await redis.kill9();
    const away = await client.raise({ message: 'redis is away' });
    expect(away).toMatchObject({ status: 201, body: { realtime: 'delayed' } });
    expect((await client.ask('/health/ready')).status).toBe(200);
    await redis.restart();
    await eventually(async () => (await client.raise({})).body.realtime === 'live');
    expect((await client.get(`${PATH}/${away.body.id}`)).body.message).toBe('redis is away');
  });

  it('says nothing secret and nothing personal in its log', async () => {
    await client.raise({
      message: 'planted-message',
      contact: { name: 'planted-name', phone: '0825550199' },
      location: 'planted-place',
    });
    const log = node.log();
    for (const planted of ['planted', '825550199', TEST_OPERATOR_KEY, ...passwords()])
      expect(log).not.toContain(planted);
  });
});

function passwords(): string[] {
  return Object.entries(redis.env).flatMap(([name, value]) => (name.endsWith('PASSWORD') ? [value] : []));
}
