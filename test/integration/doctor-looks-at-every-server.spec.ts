import { loadConfig } from '../../src/config/config.js';
import { checkRedis } from '../../src/doctor/redis-checks.js';
import type { AclCheck } from '../../src/redis/acl/check.js';
import { newPasswords, startTestRedis, type TestRedis } from '../support/test-redis.js';

/** One for all roles, and one that evicts and keeps no file. */
let redis: TestRedis;
let forgetful: TestRedis;
beforeAll(async () => {
  const passwords = newPasswords();
  const extraLines = ['appendonly no', 'maxmemory-policy allkeys-lru'];
  [redis, forgetful] = await Promise.all([startTestRedis({ passwords }), startTestRedis({ passwords, extraLines })]);
});
afterAll(() => Promise.all([redis?.stop(), forgetful?.stop()]));

async function examine(changes: Record<string, string>): Promise<AclCheck[]> {
  const required = { NABOOM_OPERATOR_KEY: 'k'.repeat(24), DATABASE_URL: 'postgres://x@127.0.0.1:1/x' };
  return checkRedis(loadConfig({ ...required, ...redis.env, ...changes }).redis);
}
const failuresOf = (checks: readonly AclCheck[]) =>
  checks.filter(({ result }) => result === 'failed').map(({ subject, detail }) => `${subject}: ${detail}`);
const nameOf = ({ port }: TestRedis) => `redis server 127.0.0.1:${port}`;

describe('npm run doctor, where roles have servers of their own', () => {
  it.each(['REDIS_QUEUE_URL', 'REDIS_APP_URL', 'REDIS_REALTIME_URL'])(
    'tells that the server of %s loses jobs or streams',
    async (name) => {
      expect(failuresOf(await examine({ [name]: forgetful.env.REDIS_URL! }))).toEqual([
        expect.stringMatching(`^${nameOf(forgetful)}: maxmemory-policy is allkeys-lru: set it to noeviction`),
        expect.stringMatching(`^${nameOf(forgetful)}: appendonly is off`),
      ]);
    },
  );

  it('lets a server forget that only caches, and looks at its version alone', async () => {
    const checks = await examine({ REDIS_APP_URL: forgetful.env.REDIS_URL!, REDIS_QUEUE_URL: redis.env.REDIS_URL! });
    expect(failuresOf(checks)).toEqual([]);
    expect(checks.filter(({ subject }) => subject === nameOf(forgetful))).toEqual([
      { subject: nameOf(forgetful), check: expect.stringMatching(/^version \d/), result: 'passed' },
    ]);
  });

  it('looks once at a server that all share', async () => {
    const servers = (await examine({})).filter(({ subject }) => subject.startsWith('redis server'));
    expect(servers.map(({ check }) => check)).toEqual([
      expect.stringMatching(/^version \d/),
      'evicts nothing',
      'persists its data',
    ]);
  });
});
