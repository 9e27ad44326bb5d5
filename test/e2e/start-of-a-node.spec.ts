import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { startTestNode, type TestNode } from '../support/test-node.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { newPasswords, startTestRedis, type TestRedis } from '../support/test-redis.js';
import { eventually } from '../support/eventually.js';

let database: TestDatabase;
let redis: TestRedis | undefined;
let node: TestNode | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterEach(async () => {
  await node?.stop();
  await redis?.stop();
  node = redis = undefined;
});

afterAll(async () => {
  await database.drop();
});

const envOf = (extra: Record<string, string> = {}) => ({ ...redis?.env, DATABASE_URL: database.url, ...extra });
const raise = async ({ url }: TestNode) => {
  const response = await fetch(`${url}/api/v1/emergency/alerts`, { method: 'POST' });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the start of a node', () => {
  it('refuses a Redis that may evict streams and jobs', async () => {
    redis = await startTestRedis({ extraLines: ['maxmemory 100mb', 'maxmemory-policy allkeys-lru'] });
    await expect(startTestNode({ env: envOf() })).rejects.toThrow('set it to noeviction');
  });

  it('refuses a server of the jobs that may evict them, and takes one that only caches', async () => {
    const passwords = newPasswords();
    const extraLines = ['maxmemory 100mb', 'maxmemory-policy allkeys-lru'];
    const forgetful = await startTestRedis({ passwords, extraLines });
    redis = await startTestRedis({ passwords });
    const { REDIS_URL } = redis.env as Record<string, string>;
    const elsewhere = forgetful.env.REDIS_URL!;
    try {
      for (const role of ['api', 'worker'] as const) {
        await expect(startTestNode({ role, env: envOf({ REDIS_QUEUE_URL: elsewhere }) })).rejects.toThrow(
          'Redis of the role queue: maxmemory-policy is allkeys-lru: set it to noeviction',
        );
      }
      node = await startTestNode({ env: envOf({ REDIS_APP_URL: elsewhere, REDIS_QUEUE_URL: REDIS_URL! }) });
      expect(await raise(node)).toMatchObject({ status: 201, body: { realtime: 'live' } });
      await node.stop();
    } finally {
      await forgetful.stop();
    }
  });

  it('refuses a configuration as a whole, and shows no secret', async () => {
    const bad = { NABOOM_OPERATOR_KEY: 'hunter2', REDIS_URL: 'redis://x:hunter3@localhost', PORT: 'many' };
    const refused = startTestNode({ env: envOf(bad) });
    await expect(refused).rejects.toThrow(/NABOOM_OPERATOR_KEY.*REDIS_URL/s);
    await expect(refused).rejects.not.toThrow(/hunter/);
  });

  it.each([
    ['api', 'PORT'],
    ['worker', 'NABOOM_WORKER_PORT'],
  ] as const)('of role %s names the variable of a port that is taken: %s', async (role, name) => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    redis = await startTestRedis();
    try {
      await expect(startTestNode({ role, env: envOf({ [name]: String(port) }) })).rejects.toThrow(
        `port ${port} on 127.0.0.1 is taken: stop what uses it, or set ${name} to another one`,
      );
    } finally {
      holder.close();
    }
  });

  it('takes alerts without Redis, and says which user is refused when a password is wrong', async () => {
    redis = await startTestRedis();
    const planted = 'planted-wrong-password';
    node = await startTestNode({ env: envOf({ REDIS_REALTIME_PASSWORD: planted }) });
    expect(await raise(node)).toMatchObject({ status: 201, body: { realtime: 'delayed' } });
    const refusal = await eventually(() =>
      node!
        .log()
        .split('\n')
        .find((line) => line.includes('REDIS_WRONGPASS')),
    );
    expect(refusal).toContain('realtime_user');
    const health = await (await fetch(`${node.url}/health/redis`)).json();
    expect(health).toMatchObject({
      overall_status: 'degraded',
      redis_acl_health: { realtime_user: { status: 'authentication_failed' }, app_user: { status: 'healthy' } },
    });
    expect(node.log() + JSON.stringify(health)).not.toContain(planted);
  });

  it.each([
    ['shared', { user: 'naboom_admin' }],
    ['none', { user: undefined }],
  ])('works in %s mode and says so', async (isolation, { user }) => {
    redis = await startTestRedis(user ? {} : { acl: false });
    const { REDIS_URL, REDIS_MASTER_PASSWORD } = redis.env as Record<string, string>;
    const login: Record<string, string> = user ? { REDIS_USERNAME: user, REDIS_PASSWORD: REDIS_MASTER_PASSWORD! } : {};
    node = await startTestNode({ env: { DATABASE_URL: database.url, REDIS_URL: REDIS_URL!, ...login } });
    expect(await raise(node)).toMatchObject({ status: 201, body: { realtime: 'live' } });
    expect(node.log()).toContain(`isolation: ${isolation}`);
    expect(await (await fetch(`${node.url}/health`)).json()).toMatchObject({ isolation, status: 'healthy' });
  });

  it('drains when asked to stop: what it has taken is answered, and it leaves with nothing open', async () => {
    redis = await startTestRedis();
    node = await startTestNode({ env: envOf() });
    const taken = Array.from({ length: 20 }, () => raise(node!));
    await Promise.race(taken);
    const code = await node.stop();
    const answers = await Promise.allSettled(taken);
    const acknowledged = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    expect(acknowledged.every(({ status }) => status === 201 || status === 503)).toBe(true);
    expect([0, null]).toContain(code);
    expect(node.log()).not.toMatch(/Connection is closed|unhandled|"level":"(error|fatal)"/);
  });
});
