import { randomBytes } from 'node:crypto';
import { eventually } from '../support/eventually.js';
import { startHealthApp } from '../support/health-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const USERS = ['app_user', 'websocket_user', 'realtime_user', 'monitoring_user'];

describe('health says how the Redis roles are kept apart', () => {
  let database: TestDatabase;
  let redis: TestRedis;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());
  afterEach(() => redis?.stop());

  const lookWith = async (env: Record<string, string>) => {
    const health = await startHealthApp({ ...env, DATABASE_URL: database.url });
    try {
      return await eventually(async () => {
        const { body, statusCode } = await health.look('/health/redis');
        expect({ statusCode, overall: body.overall_status as string }).toEqual({ statusCode: 200, overall: 'healthy' });
        return { body, overall: (await health.look('/health')).body };
      });
    } finally {
      await health.app.close();
    }
  };

  it('none: no login at all, and monitoring is not asked to prove a fence that is not there', async () => {
    redis = await startTestRedis({ acl: false });
    const { body, overall } = await lookWith(redis.env);
    expect(overall).toMatchObject({ status: 'healthy', redis_status: 'connected', isolation: 'none', role: 'api' });
    expect(body.isolation).toBe('none');
    expect(Object.keys(body.redis_acl_health)).toEqual(USERS);
    expect(await redis.admin().info('commandstats')).not.toContain('cmdstat_psetex');
  });

  it('shared: one user for all', async () => {
    redis = await startTestRedis();
    const password = randomBytes(18).toString('base64url');
    await redis.admin().call('ACL', 'SETUSER', 'everybody', 'on', `>${password}`, '~*', '&*', '+@all');
    const { body, overall } = await lookWith({
      REDIS_URL: redis.env.REDIS_URL!,
      REDIS_USERNAME: 'everybody',
      REDIS_PASSWORD: password,
    });
    expect(overall).toMatchObject({ status: 'healthy', isolation: 'shared' });
    expect(Object.keys(body.redis_acl_health)).toEqual(USERS);
    expect(JSON.stringify(body)).not.toContain(password);
  });

  it('acl: a queue user that was split off is probed as well', async () => {
    redis = await startTestRedis();
    const password = randomBytes(18).toString('base64url');
    await redis.admin().call('ACL', 'SETUSER', 'queue_user', 'on', `>${password}`);
    const { body } = await lookWith({ ...redis.env, REDIS_QUEUE_USER: 'queue_user', REDIS_QUEUE_PASSWORD: password });
    expect(body.isolation).toBe('acl');
    expect(body.redis_acl_health.queue_user).toMatchObject({ status: 'healthy', role: 'queue' });
    await redis.admin().call('ACL', 'SETUSER', 'queue_user', '-set');
    const health = await startHealthApp({
      ...redis.env,
      DATABASE_URL: database.url,
      REDIS_QUEUE_USER: 'queue_user',
      REDIS_QUEUE_PASSWORD: password,
    });
    try {
      await eventually(async () => {
        const { body: broken } = await health.look('/health/redis');
        expect(broken.redis_acl_health).toMatchObject({
          queue_user: { status: 'permission_denied' },
          app_user: { status: 'healthy' },
        });
        return true;
      });
    } finally {
      await health.app.close();
    }
  });
});
