import { SessionCopies } from '../../src/auth/session-copies.js';
import type { Session } from '../../src/auth/session.js';
import { KnownAddresses } from '../../src/limits/known-addresses.js';
import { RateLimits } from '../../src/limits/rate-limits.js';
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
  expect(await app.unlink(key, keys.cachedAlert('1'))).toBe(1);
}

async function sessions(): Promise<void> {
  const connection = app.duplicate({ db: 3, lazyConnect: true });
  await connection.connect();
  const [copies, hash] = [new SessionCopies(connection as unknown as RoleRedis), Buffer.alloc(32, 1)];
  const person = { id: 'one', name: 'One', memberships: [], duties: [], homeAreas: [] };
  const session: Session = { id: 's', person, operator: false, expiresAt: '2026-01-01T00:00:00.000Z', readAt: 1 };
  await copies.write(hash, session);
  expect(await copies.read(hash)).toEqual(session);
  await copies.forget([hash]);
  expect(await copies.read(hash)).toBeUndefined();
  expect(await connection.client('INFO')).toContain(' db=3 ');
}

async function limits(): Promise<void> {
  const limiter = new RateLimits(app);
  const limit = { name: 'acl', points: 2, seconds: 60 };
  // A counter without expiry, as a hand may leave one, gets it back.
  await app.set(`${keys.limit('acl')}:somebody`, '1');
  const taken = [await limiter.take(limit, 'somebody'), await limiter.take(limit, 'somebody')];
  expect(taken.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
    [true, 0],
    [false, 0],
  ]);
  expect(await limiter.look(limit, 'somebody')).toMatchObject({ allowed: false, remaining: 0 });
  await limiter.count(limit, 'somebody');
  const known = new KnownAddresses(app);
  await known.remember('account', '10.0.0.1');
  expect([await known.knows('account', '10.0.0.1'), await known.knows('account', '10.0.0.2')]).toEqual([true, false]);
  // It was Redis that counted, not the memory of this process.
  expect(await app.pttl(`${keys.limit('acl')}:somebody`)).toBeGreaterThan(0);
  expect(await app.get(`${keys.limit('acl')}:somebody`)).toBe('4');
}

it('lets app_user keep a cache, sessions and limits, and needs for that all it has beside BullMQ', async () => {
  expect(await app.ping()).toBe('PONG');
  expect(await app.client('INFO')).toContain(' user=app_user ');
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
