import { Redis } from 'ioredis';
import { eventually } from '../support/eventually.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let redis: TestRedis;

beforeAll(async () => {
  redis = await startTestRedis({ extraLines: ['appendfsync always'] });
});
afterAll(() => redis?.stop());

/** Redis replays its append-only file as the user `default`, and checks every MULTI in it against that user's rules. */
describe('what Redis keeps over a kill -9 under our users', () => {
  it('is all: transactions and scripts with several writes too, and the default user still signs nobody in', async () => {
    const { REDIS_APP_USER: username, REDIS_APP_PASSWORD: password } = redis.env;
    const app = new Redis({
      port: redis.port,
      username: username!,
      password: password!,
      retryStrategy: null,
      disconnectTimeout: 100,
    });
    await app.multi().set('naboom:cache:1:a', 1).set('naboom:cache:1:b', 2).exec();
    const script = "redis.call('set', KEYS[1], 1) redis.call('set', KEYS[2], 2)";
    await app.eval(script, 2, '{naboom:queue}:c', '{naboom:queue}:d');
    app.on('error', () => undefined);
    await redis.kill9();
    await redis.restart();

    const admin = redis.admin();
    const kept = ['naboom:cache:1:a', 'naboom:cache:1:b', '{naboom:queue}:c', '{naboom:queue}:d'];
    expect(await eventually(() => admin.mget(kept))).toEqual(['1', '2', '1', '2']);
    expect(await admin.acl('LOG')).toEqual([]);

    const nobody = new Redis({
      port: redis.port,
      retryStrategy: null,
      disconnectTimeout: 100,
      lazyConnect: true,
      enableReadyCheck: false,
    });
    nobody.on('error', () => undefined);
    await expect(nobody.get('naboom:cache:1:a')).rejects.toThrow('NOAUTH');
    nobody.disconnect();
    app.disconnect();
  });
});
