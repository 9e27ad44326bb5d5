import { configProblems } from '../../test/support/config-problems.js';
import { loadConfig } from './config.js';
import { printConfig } from './print-config.js';
import { isSamePlace, placeName } from './redis-place.js';

const NEEDED = {
  NABOOM_OPERATOR_KEY: 'k'.repeat(32),
  DATABASE_URL: 'postgres://naboom:pg-secret@127.0.0.1:5432/naboom',
};
const redisOf = (env: Record<string, string>) => loadConfig({ ...NEEDED, ...env }).redis;
const problemsOf = (env: Record<string, string>) => configProblems({ ...NEEDED, ...env });

describe('a place of Redis', () => {
  it('is found by sentinels, each role in its database', () => {
    const { roles } = redisOf({ REDIS_SENTINELS: 'one, two:26380', REDIS_SENTINEL_PASSWORD: 'hunter2' });
    expect(roles.realtime).toEqual({
      place: {
        kind: 'sentinel',
        sentinels: [
          { host: 'one', port: 26_379 },
          { host: 'two', port: 26_380 },
        ],
        name: 'mymaster',
        password: 'hunter2',
      },
      tls: false,
      db: 4,
    });
    expect(placeName(roles.realtime.place)).toBe('the master "mymaster" of the sentinels one:26379, two:26380');
  });

  it('is a Cluster, whose only database is 0', () => {
    const { roles, admin } = redisOf({ REDIS_CLUSTER_NODES: '[::1]:7000,b', REDIS_MASTER_PASSWORD: 'hunter2' });
    expect(Object.values(roles).map(({ db }) => db)).toEqual([0, 0, 0, 0, 0]);
    expect(placeName(roles.queue.place)).toBe('the cluster [::1]:7000, b:6379');
    expect(isSamePlace(roles.app.place, roles.queue.place)).toBe(true);
    expect(admin?.place).toEqual(roles.app.place);
  });

  it('is TLS for sentinels and servers alike, with the name of the certificate', () => {
    const { roles } = redisOf({ REDIS_SENTINELS: 'rediss://a,rediss://b', REDIS_TLS_SERVER_NAME: 'redis.example' });
    expect(roles.app).toMatchObject({ tls: true, serverName: 'redis.example' });
    const mixed = redisOf({ REDIS_APP_URL: 'rediss://a', REDIS_TLS_SERVER_NAME: 'redis.example' });
    expect(mixed.roles.realtime).not.toHaveProperty('serverName');
  });

  it("is a role's own server, whatever the others use", () => {
    const { roles } = redisOf({ REDIS_CLUSTER_NODES: 'c1', REDIS_APP_URL: 'cache:6380', REDIS_APP_DB: '5' });
    expect(roles.app).toMatchObject({ place: { kind: 'single', host: 'cache' }, db: 5 });
    expect(roles.queue).toMatchObject({ place: { kind: 'single', host: 'cache' }, db: 2 });
    expect(roles.realtime.place.kind).toBe('cluster');
  });

  it('is shown by "npm run config" without the password of the sentinels', () => {
    const text = printConfig(
      loadConfig({ ...NEEDED, REDIS_SENTINELS: 'rediss://a', REDIS_SENTINEL_PASSWORD: 'hunter2' }),
    ).join('\n');
    expect(text).toContain('# Redis role app: no login at the master "mymaster" of the sentinels a:26379 by TLS, db 0');
    expect(text).not.toContain('hunter2');
  });

  it.each([
    [{ REDIS_SENTINELS: 'a', REDIS_CLUSTER_NODES: 'b' }, 'REDIS_SENTINELS and REDIS_CLUSTER_NODES are both set'],
    [{ REDIS_SENTINELS: 'a', REDIS_URL: 'b' }, 'REDIS_URL and REDIS_SENTINELS are both set'],
    [
      { REDIS_SENTINELS: 'redis://u:hunter2@a' },
      'REDIS_SENTINELS holds credentials; set them in their own variables (REDIS_SENTINEL_USER and REDIS_SENTINEL_PASSWORD)',
    ],
    [{ REDIS_SENTINELS: ',,' }, 'REDIS_SENTINELS is no Redis address'],
    [{ REDIS_CLUSTER_NODES: ' , ' }, 'REDIS_CLUSTER_NODES is no Redis address'],
    [{ REDIS_SENTINEL_PASSWORD: 'hunter2' }, 'REDIS_SENTINEL_PASSWORD is set, but REDIS_SENTINELS is not'],
    [{ REDIS_TLS_SERVER_NAME: 'redis.example' }, 'REDIS_TLS_SERVER_NAME is set, but no address is by TLS'],
    [{ REDIS_SENTINELS: 'rediss://a,b' }, 'with and without TLS'],
    [{ REDIS_SENTINELS: 'a', REDIS_SENTINEL_USER: 'watcher' }, 'REDIS_SENTINEL_PASSWORD is missing'],
    [{ REDIS_SENTINELS: 'a', REDIS_SENTINEL_PASSWORD: ' hunter2' }, 'REDIS_SENTINEL_PASSWORD starts or ends'],
    [{ REDIS_CLUSTER_NODES: 'a:0' }, 'REDIS_CLUSTER_NODES has a port outside'],
    [{ REDIS_CLUSTER_NODES: 'a', REDIS_REALTIME_DB: '5' }, 'REDIS_REALTIME_DB is 5, but a Redis Cluster'],
  ])('%j is refused in words that say what to do', (env, words) => {
    const problems = problemsOf(env as Record<string, string>).join('\n');
    expect(problems).toContain(words);
    expect(problems).not.toContain('hunter2');
  });
});
