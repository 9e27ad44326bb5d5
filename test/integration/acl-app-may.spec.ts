import { USER_GRANTS } from '../../src/redis/acl/grants.js';
import { keys } from '../../src/redis/redis.keys.js';
import type { RoleRedis } from '../../src/redis/role-redis.js';
import { type AclServer, startAclServer } from '../support/acl-server.js';

let server: AclServer;
let app: RoleRedis;
beforeAll(async () => {
  server = await startAclServer();
  app = await server.open('app');
});
beforeEach(() => server.forget());
afterEach(() => expectNothingRefused());
afterAll(() => server.stop());

async function expectNothingRefused(): Promise<void> {
  expect(await server.denials()).toEqual([]);
}

async function cache(): Promise<void> {
  const key = keys.cache('area:1');
  await app.set(key, 'old', 'EX', 300);
  expect(await app.get(key)).toBe('old');
  expect(await app.del(key)).toBe(1);
  await app.set(key, 'new', 'EX', 300);
  expect(await app.unlink(key, keys.cachedAlert('1'))).toBe(1);
}

async function sessions(): Promise<void> {
  const sessionsDb = app.duplicate({ db: 3, lazyConnect: true });
  await sessionsDb.connect();
  const [session, index] = ['naboom:sessions:one', 'naboom:sessions:of:person'];
  await sessionsDb.multi().set(session, '{}', 'EX', 86_400).sadd(index, 'one').expire(index, 86_400).exec();
  expect(await sessionsDb.getex(session, 'EX', 86_400)).toBe('{}');
  expect(await sessionsDb.smembers(index)).toEqual(['one']);
  expect(await sessionsDb.srem(index, 'one')).toBe(1);
  expect(await sessionsDb.unlink(session)).toBe(1);
  expect(await sessionsDb.client('INFO')).toContain(' db=3 ');
}

/** The shapes that rate limiters send: transaction, and one script. */
async function limits(): Promise<void> {
  const key = 'naboom:limits:login:1';
  const replies = await app.multi().set(key, 0, 'PX', 60_000, 'NX').incrby(key, 1).incr(key).pttl(key).exec();
  expect(replies?.map(([error]) => error)).toEqual([null, null, null, null]);
  expect(await app.ttl(key)).toBeGreaterThan(0);
  const script =
    "redis.call('set', KEYS[1], 0, 'EX', ARGV[2], 'NX') " +
    "local n = redis.call('incrby', KEYS[1], ARGV[1]) return {n, redis.call('pttl', KEYS[1])}";
  app.defineCommand('consumePoint', { numberOfKeys: 1, lua: script });
  const consume = (app as unknown as { consumePoint(...args: unknown[]): Promise<number[]> }).consumePoint.bind(app);
  expect((await consume(key, 1, 60))[0]).toBe(3);
  expect((await consume(key, 1, 60))[0]).toBe(4);
}

it('lets app_user keep a cache, sessions and limits, and needs for that all it has beside BullMQ', async () => {
  expect(await app.ping()).toBe('PONG');
  expect(await app.call('ACL', 'WHOAMI')).toBe('app_user');
  await cache();
  await sessions();
  await limits();
  const called = await server.calledCommands();
  const own = USER_GRANTS.app_user?.commands.filter(({ why }) => !why.startsWith('BullMQ')) ?? [];
  const unused = own.flatMap(({ rules }) => rules).filter((rule) => !called.has(rule.replace(/^select\|.*/, 'select')));
  expect(unused).toEqual([]);
});

it('lets app_user reach its three databases and no other', async () => {
  for (const db of [2, 3]) expect(await app.select(db)).toBe('OK');
  const away = app.duplicate({ db: 0, lazyConnect: true });
  await away.connect();
  await expect(away.select(4)).rejects.toThrow(/NOPERM/);
  await server.forget();
});
