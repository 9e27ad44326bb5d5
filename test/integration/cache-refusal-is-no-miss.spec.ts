import { randomBytes } from 'node:crypto';
import { Test, type TestingModule } from '@nestjs/testing';
import type { Redis } from 'ioredis';
import { CacheModule } from '../../src/cache/cache.module.js';
import { CacheService } from '../../src/cache/cache.service.js';
import { loadConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { eventually } from '../support/eventually.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

describe('the cache', () => {
  let redis: TestRedis;
  let admin: Redis;
  let module: TestingModule;
  let cache: CacheService;

  beforeAll(async () => {
    redis = await startTestRedis();
    admin = redis.admin();
    const config = loadConfig({
      ...redis.env,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/unused',
      NABOOM_OPERATOR_KEY: randomBytes(24).toString('base64url'),
    });
    module = await Test.createTestingModule({ imports: [ConfigModule.with(config), CacheModule] }).compile();
    module.useLogger(false);
    await module.init();
    cache = module.get(CacheService);
    await works();
  });
  afterAll(async () => {
    await module?.close();
    await redis?.stop();
  });

  const works = () => eventually(async () => (await cache.set('works', true), true));
  const failsWith = (code: string) =>
    eventually(async () => {
      await expect(cache.get('works')).rejects.toMatchObject({ name: 'AppError', code, status: 503 });
      return true;
    });

  it('keeps a JSON value under the versioned prefix, for 300 s unless told', async () => {
    await cache.set('place', { lat: -24.5, names: ['Naboom'] });
    expect(await cache.get('place')).toEqual({ lat: -24.5, names: ['Naboom'] });
    expect(await admin.ttl('naboom:cache:1:place')).toBe(300);
    await cache.set('place', null, 60);
    expect(await cache.get('place')).toBeNull();
    expect(await admin.ttl('naboom:cache:1:place')).toBe(60);
    await cache.delete('place');
    expect(await cache.get('place')).toBeUndefined();
  });

  it('takes a corrupt value for a miss and deletes it', async () => {
    await admin.set('naboom:cache:1:corrupt', '{"lat":');
    expect(await cache.get('corrupt')).toBeUndefined();
    expect(await admin.exists('naboom:cache:1:corrupt')).toBe(0);
  });

  it('refuses what is too large, no JSON, or no name', async () => {
    await cache.set('largest', 'x'.repeat(64 * 1024 - 2));
    await expect(cache.set('larger', 'x'.repeat(64 * 1024 - 1))).rejects.toThrow(/over 64 KiB/);
    await expect(cache.set('nothing', undefined)).rejects.toThrow(/no JSON/);
    await expect(cache.get('no name')).rejects.toThrow(RangeError);
    expect(await admin.exists('naboom:cache:1:larger', 'naboom:cache:1:nothing')).toBe(0);
  });

  it('answers a wrong password with an error and not with a miss, without naming the password', async () => {
    await admin.call('ACL', 'SETUSER', 'app_user', 'resetpass', '>changed-by-someone-else');
    await admin.call('CLIENT', 'KILL', 'USER', 'app_user');
    await failsWith('REDIS_WRONGPASS');
    const error: unknown = await cache.get('works').catch((failure: unknown) => failure);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(redis.env.REDIS_APP_PASSWORD);
    await expect(cache.set('works', 1)).rejects.toMatchObject({ code: 'REDIS_WRONGPASS' });
    await expect(cache.delete('works')).rejects.toMatchObject({ code: 'REDIS_WRONGPASS' });
    await admin.call('ACL', 'SETUSER', 'app_user', 'resetpass', `>${redis.env.REDIS_APP_PASSWORD}`);
    await works();
  });

  it('answers a missing permission with an error and not with a miss', async () => {
    await admin.call('ACL', 'SETUSER', 'app_user', '-get');
    await failsWith('REDIS_NOPERM');
    await expect(cache.set('works', 1)).resolves.toBeUndefined(); // writing was not taken away
    await admin.call('ACL', 'SETUSER', 'app_user', '+get');
    await works();
    expect(await cache.get('works')).toBe(true);
  });

  it('answers a full server with an error on a write', async () => {
    await admin.config('SET', 'maxmemory', '1mb');
    await expect(cache.set('works', 1)).rejects.toMatchObject({ code: 'REDIS_OOM' });
    await admin.config('SET', 'maxmemory', '0');
    await works();
  });

  it('answers a server that is gone within a second, and works when it is back', async () => {
    await redis.kill9();
    const started = performance.now();
    await failsWith('REDIS_UNREACHABLE');
    expect(performance.now() - started).toBeLessThan(1000);
    await redis.restart();
    await works();
  });
});
