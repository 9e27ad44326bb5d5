import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../../src/config/config.js';
import { WebsocketRedisIndicator } from '../../src/health/websocket-redis.indicator.js';
import { channels } from '../../src/redis/redis.keys.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { startHealthApp, type HealthAnswer, type HealthApp } from '../support/health-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis, type TestRedisOptions } from '../support/test-redis.js';

const USERS = ['app_user', 'websocket_user', 'realtime_user', 'monitoring_user'];
const everyUser = (status: string) => Object.fromEntries(USERS.map((user) => [user, status]));

/** A subscriber is looked after by an interval: until the end, those that begin now pass when they are told to. */
function movableIntervals() {
  const real = ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const;
  const timers = ['setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const;
  jest.useFakeTimers({ doNotFake: [...real, ...timers] });
  return { one: () => jest.advanceTimersByTime(2000), end: () => jest.useRealTimers() };
}

describe('health while the Redis server itself is in trouble', () => {
  let database: TestDatabase;
  let redis: TestRedis;
  let health: HealthApp;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database?.drop());
  afterEach(async () => {
    await health?.app.close();
    await redis?.stop();
  });

  const start = async (options?: TestRedisOptions) => {
    redis = await startTestRedis(options);
    health = await startHealthApp({ ...redis.env, DATABASE_URL: database.url });
    await statusesBecome(everyUser('healthy'));
  };
  const statusesOf = ({ body }: HealthAnswer) =>
    Object.fromEntries(USERS.map((user) => [user, body.redis_acl_health[user].status as string]));
  const statusesBecome = (expected: Record<string, string>) =>
    eventually(
      async () => {
        const answer = await health.look('/health/redis');
        expect(statusesOf(answer)).toEqual(expected);
        // Whatever Redis does, alerts are taken.
        expect(answer.statusCode).toBe(200);
        expect((await health.look('/health/ready')).statusCode).toBe(200);
        return answer;
      },
      { withinMs: 8000 },
    );

  it('says connection_failed while the server is gone, and heals when it is back', async () => {
    await start();
    await redis.kill9();
    const { body } = await statusesBecome(everyUser('connection_failed'));
    expect(body).toMatchObject({ overall_status: 'degraded', warnings: [] });
    expect(body).not.toHaveProperty('acl_denials');
    expect(body.redis_acl_health.app_user).toMatchObject({
      error: 'Redis cannot be reached',
      operations: 'failed',
    });
    const overall = await health.look('/health');
    expect(overall.statusCode).toBe(200);
    expect(overall.body).toMatchObject({ status: 'degraded', redis_status: 'disconnected' });
    await redis.restart();
    await statusesBecome(everyUser('healthy'));
  });

  it('says connection_failed within its time limit while the server hangs, and heals when it goes on', async () => {
    await start();
    redis.pause();
    const started = performance.now();
    const { body } = await health.look('/health/redis');
    expect(performance.now() - started).toBeLessThan(1500);
    expect(body.redis_acl_health.app_user).toMatchObject({
      status: 'connection_failed',
      error: 'Redis did not answer in time',
    });
    expect((await health.look('/health/ready')).statusCode).toBe(200);
    redis.resume();
    await statusesBecome(everyUser('healthy'));
  });

  it('says error at maxmemory, where a PING would be fine, and heals when there is room', async () => {
    await start();
    const admin = redis.admin();
    await admin.config('SET', 'maxmemory', '1mb');
    const { body } = await statusesBecome({ ...everyUser('healthy'), app_user: 'error', realtime_user: 'error' });
    expect(body.redis_acl_health.app_user.error).toMatch(/maxmemory/);
    await admin.config('SET', 'maxmemory', '0');
    await statusesBecome(everyUser('healthy'));
  });

  it('says error while the server cannot persist, and heals when it can', async () => {
    await start();
    const admin = redis.admin();
    const [, dir] = (await admin.config('GET', 'dir')) as [string, string];
    const [, file] = (await admin.config('GET', 'dbfilename')) as [string, string];
    mkdirSync(join(dir, file)); // nothing can be renamed onto a folder
    await admin.bgsave();
    await eventually(async () => (await admin.info('persistence')).includes('rdb_last_bgsave_status:err'));
    const { body } = await eventually(async () => {
      const answer = await health.look('/health/redis');
      expect(statusesOf(answer)).toMatchObject({ app_user: 'error', realtime_user: 'error' });
      return answer;
    });
    expect(body.redis_acl_health.app_user.error).toMatch(/cannot persist/);
    rmdirSync(join(dir, file));
    await admin.bgsave();
    await statusesBecome(everyUser('healthy'));
  });

  it('says error while the server loads its data, and heals when it has', async () => {
    // A key takes half a millisecond to load, and the server answers after every second one.
    await start({ extraLines: ['key-load-delay 500', 'loading-process-events-interval-bytes 1024'] });
    const admin = redis.admin();
    await admin.mset(...Array.from({ length: 3000 }, (_, index) => [`panic:${index}`, 'x'.repeat(500)]).flat());
    await admin.bgrewriteaof();
    await eventually(async () => (await admin.info('persistence')).includes('aof_rewrite_in_progress:0'));
    await redis.kill9();
    const restarted = redis.restart();
    const { body } = await statusesBecome(everyUser('error'));
    expect(body.redis_acl_health.app_user.error).toMatch(/loading/);
    await restarted;
    await statusesBecome(everyUser('healthy'));
  });

  it('warns of an eviction policy that drops streams and jobs, and of a server without persistence', async () => {
    await start();
    const admin = redis.admin();
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    const { body } = await health.look('/health/redis');
    expect(body).toMatchObject({ overall_status: 'degraded', redis_acl_health: { app_user: { status: 'healthy' } } });
    expect(body.warnings).toEqual([expect.stringMatching(/allkeys-lru.*noeviction/)]);
    expect((await health.look('/health')).body.status).toBe('degraded');
    await admin.config('SET', 'maxmemory-policy', 'volatile-ttl');
    await admin.config('SET', 'appendonly', 'no');
    const afterwards = (await health.look('/health/redis')).body;
    expect(afterwards.overall_status).toBe('healthy');
    expect(afterwards.warnings).toEqual([expect.stringMatching(/appendonly is off/)]);
  });

  it('says error while the subscriber of the sockets alone stays away, longer than a reconnect takes', async () => {
    await start();
    const config = loadConfig({ ...redis.env, DATABASE_URL: database.url, NABOOM_OPERATOR_KEY: health.operatorKey });
    const websocket = new RoleConnections('websocket', config.redis.roles.websocket);
    const indicator = new WebsocketRedisIndicator(websocket, config, health.clock);
    const statusBecomes = (status: string) =>
      eventually(async () => {
        health.clock.advance(1001);
        const found = await indicator.probe();
        return found.userStatus === status && found;
      });
    const told = jest.spyOn(Logger.prototype, 'error').mockReturnValue();
    const timesTold = () => told.mock.calls.filter(([, text]) => text === 'does not hear: it cannot connect').length;
    const looks = movableIntervals();
    try {
      websocket.connect();
      const subscriber = websocket.openSubscriber(channels.adapterPrefix(), 'adapter-sub');
      await eventually(() => subscriber.status === 'ready', { what: 'the subscriber' });
      await statusBecomes('healthy');
      const admin = redis.admin();
      const [, most] = (await admin.config('GET', 'maxclients')) as [string, string];
      for (const round of [1, 2]) {
        const clients = String(await admin.client('LIST'));
        await admin.config('SET', 'maxclients', '1'); // who is connected stays
        await admin.client('KILL', 'ID', Number(/^id=(\d+) .* name=naboom:websocket:adapter-sub /m.exec(clients)?.[1]));
        await eventually(() => subscriber.status !== 'ready', { what: 'the cut' });
        looks.one();
        await statusBecomes('healthy');
        expect([websocket.isDeaf, timesTold()]).toEqual([false, round - 1]);
        looks.one();
        expect((await statusBecomes('error')).error).toMatch(/does not hear/);
        looks.one();
        expect([websocket.isDeaf, timesTold()]).toEqual([true, round]);
        await admin.config('SET', 'maxclients', most);
        await eventually(() => subscriber.status === 'ready', { what: 'the subscriber again' });
        looks.one();
        await statusBecomes('healthy');
      }
    } finally {
      looks.end();
      told.mockRestore();
      await websocket.close();
    }
  });

  it('says error for the users of a server that became a replica', async () => {
    await start();
    await redis.admin().replicaof('127.0.0.1', 1);
    const { body } = await statusesBecome({ ...everyUser('healthy'), app_user: 'error', realtime_user: 'error' });
    expect(body.redis_acl_health.app_user.error).toMatch(/read-only replica/);
  });
});
