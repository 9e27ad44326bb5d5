import type { Redis } from 'ioredis';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import { eventually } from '../support/eventually.js';
import { startHealthApp, type HealthAnswer, type HealthApp } from '../support/health-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const USERS = ['app_user', 'websocket_user', 'realtime_user', 'monitoring_user'];

describe('/health/redis under the ACL policy', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let health: HealthApp;
  let admin: Redis;
  const answers: HealthAnswer[] = [];

  beforeAll(async () => {
    [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
    admin = redis.admin();
    health = await startHealthApp({ ...redis.env, DATABASE_URL: database.url });
  });

  afterAll(async () => {
    await health?.app.close();
    await Promise.all([redis?.stop(), database?.drop()]);
  });

  const look = async (path = '/health/redis') => {
    const answer = await health.look(path);
    answers.push(answer);
    return answer;
  };
  const statusesOf = ({ body }: HealthAnswer) =>
    Object.fromEntries(USERS.map((user) => [user, body.redis_acl_health[user].status as string]));
  /** Every user healthy but the one named. */
  const only = (user: string, status: string) => ({
    ...Object.fromEntries(USERS.map((name) => [name, 'healthy'])),
    [user]: status,
  });
  const statusesBecome = (expected: Record<string, string>) =>
    eventually(async () => {
      const answer = await look();
      expect(statusesOf(answer)).toEqual(expected);
      return answer;
    });
  const everybodyIsHealthy = () => statusesBecome(only('app_user', 'healthy'));
  const setUser = (user: string, ...rules: string[]) => admin.call('ACL', 'SETUSER', user, ...rules);
  const passwordRule = (user: string) => {
    const role = user.replace('_user', '').toUpperCase();
    return `>${redis.env[`REDIS_${role}_PASSWORD`]}`;
  };

  it('is healthy, with figures for operators', async () => {
    const { body, statusCode } = await everybodyIsHealthy();
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ overall_status: 'healthy', isolation: 'acl', acl_denials: 0, warnings: [] });
    expect(body.redis_acl_health.realtime_user).toEqual({
      status: 'healthy',
      role: 'realtime',
      connected_clients: expect.any(Number),
      used_memory_human: expect.stringMatching(/^[\d.]+[KMG]$/),
      db_keys: expect.any(Number),
      response_time_ms: expect.any(Number),
      operations: 'working',
    });
    expect(body.redis_acl_health.realtime_user.connected_clients).toBeGreaterThanOrEqual(6);
    const { db_keys: keys } = (await look()).body.redis_acl_health.realtime_user;
    expect(keys).toBe(2); // the probe's key and its stream
  });

  it('gives anyone the statuses and nothing else', async () => {
    for (const authorization of ['', 'Bearer not-the-operator-key']) {
      const { body, statusCode } = await health.ask('/health/redis', { authorization });
      expect(statusCode).toBe(200);
      expect(body).toEqual({
        overall_status: 'healthy',
        isolation: 'acl',
        redis_acl_health: Object.fromEntries(USERS.map((user) => [user, { status: 'healthy' }])),
        timestamp: expect.stringMatching(/Z$/),
      });
    }
  });

  it.each(USERS)('says authentication_failed when the password of %s changed, and heals by itself', async (user) => {
    await setUser(user, 'resetpass', '>another-password-altogether');
    await admin.call('CLIENT', 'KILL', 'USER', user);
    const { body, statusCode } = await statusesBecome(only(user, 'authentication_failed'));
    expect(statusCode).toBe(200);
    expect(body.overall_status).toBe('degraded');
    expect(body.redis_acl_health[user]).toMatchObject({
      operations: 'failed',
      error: 'Invalid username-password pair or user is disabled',
    });
    await setUser(user, 'resetpass', passwordRule(user));
    await everybodyIsHealthy();
  });

  it('says authentication_failed when a user is off, and in /health that Redis is degraded', async () => {
    await setUser('app_user', 'off');
    await admin.call('CLIENT', 'KILL', 'USER', 'app_user');
    await statusesBecome(only('app_user', 'authentication_failed'));
    const { body, statusCode } = await look('/health');
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ status: 'degraded', redis_status: 'degraded', database_status: 'connected' });
    await setUser('app_user', 'on');
    await everybodyIsHealthy();
    health.clock.advance(60_000); // refusals are told for a minute
    expect((await look('/health')).body).toMatchObject({ status: 'healthy', redis_status: 'connected' });
  });

  it.each([
    ['app_user', '-get'],
    ['app_user', '-set'],
    ['websocket_user', '-ssubscribe'],
    ['websocket_user', '-spublish'],
    ['realtime_user', '-xadd'],
    ['realtime_user', '-xrange'],
    ['realtime_user', '-get'],
    ['monitoring_user', '-dbsize'],
    ['monitoring_user', '-info'],
  ])('says permission_denied when %s lost %s, and heals by itself', async (user, rule) => {
    await setUser(user, rule);
    const { body } = await statusesBecome(only(user, 'permission_denied'));
    expect(body.overall_status).toBe('degraded');
    expect(body.redis_acl_health[user].error).toBe('The Redis user lacks a permission that it needs');
    await setUser(user, rule.replace('-', '+'));
    await everybodyIsHealthy();
  });

  it('hears again after the channels of the websocket user were taken away and given back', async () => {
    await setUser('websocket_user', 'resetchannels');
    await statusesBecome(only('websocket_user', 'permission_denied'));
    await setUser('websocket_user', '&naboom:ws#*', '&emergency:broadcast');
    await everybodyIsHealthy();
    health.clock.advance(60_000); // refusals are told for a minute
    expect((await look()).body.overall_status).toBe('healthy');
  });

  it('says error when the monitoring user may write, and leaves nothing behind', async () => {
    await setUser('monitoring_user', '+@write', '~*');
    const { body } = await statusesBecome(only('monitoring_user', 'error'));
    expect(body.redis_acl_health.monitoring_user.error).toMatch(/may write/);
    expect(body.redis_acl_health.monitoring_user.used_memory_human).toBeDefined();
    await setUser('monitoring_user', '-@write', 'resetkeys');
    await everybodyIsHealthy();
    await admin.select(7);
    await eventually(async () => (await admin.dbsize()) === 0);
    await admin.select(0);
  });

  it('says error when a connection cannot be in its database', async () => {
    await setUser('realtime_user', '-select');
    await admin.call('CLIENT', 'KILL', 'USER', 'realtime_user');
    const { body } = await statusesBecome(only('realtime_user', 'error'));
    expect(body.redis_acl_health.realtime_user.error).toMatch(/database that it should be/);
    await setUser('realtime_user', '+select|4');
    await everybodyIsHealthy();
  });

  it('counts denials, but not those that the probes cause', async () => {
    const before = (await look()).body.acl_denials as number;
    expect((await look()).body.acl_denials).toBe(before);
    const intruder = redis.admin();
    await intruder.call('AUTH', 'websocket_user', redis.env.REDIS_WEBSOCKET_PASSWORD!);
    await expect(intruder.get('naboom:sessions:someone')).rejects.toThrow(/NOPERM/);
    await expect(intruder.call('AUTH', 'app_user', 'a guess')).rejects.toThrow(/WRONGPASS/);
    const { body } = await look();
    expect(body).toMatchObject({ acl_denials: before + 2, overall_status: 'degraded' });
    expect(body.warnings).toEqual([expect.stringMatching(/refused \d+ command.*npm run acl -- log/)]);
    expect((await look('/health')).body).toMatchObject({ status: 'degraded', redis_status: 'connected' });
    health.clock.advance(60_000);
    expect((await look()).body).toMatchObject({ overall_status: 'healthy', warnings: [] });
  });

  it('is not alarmed by what a verification provokes', async () => {
    const { acl_denials: before } = (await look()).body as { acl_denials: number };
    const env = { ...redis.env, NABOOM_OPERATOR_KEY: health.operatorKey, DATABASE_URL: database.url };
    const lines: string[] = [];
    const verified = runAclCommand(['verify'], env, (line) => lines.push(line));
    let code: number | undefined;
    void verified.then((ended) => (code = ended));
    // Looks into the middle of it, too.
    await eventually(async () => (await look()).body.overall_status !== 'healthy' || code !== undefined);
    expect([await verified, lines.filter((line) => line.startsWith('FAIL'))]).toEqual([0, []]);
    const { body } = await look();
    expect(body.acl_denials).toBeGreaterThan(before + 20);
    expect(body).toMatchObject({ overall_status: 'healthy', warnings: [] });
  });

  it('probes at most once a second, however many ask at once', async () => {
    await look();
    const calls = async () => Number(/cmdstat_dbsize:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1]);
    const before = await calls();
    await Promise.all(Array.from({ length: 100 }, () => health.ask('/health/redis')));
    expect(await calls()).toBe(before);
    health.clock.advance(1000);
    await Promise.all(Array.from({ length: 100 }, () => health.ask('/health/redis')));
    expect(await calls()).toBe(before + 1);
    health.clock.advance(-3_600_000); // a clock that was set back must not freeze the health
    await health.ask('/health/redis');
    expect(await calls()).toBe(before + 2);
  });

  it('showed no secret and no stack trace in any of these answers', () => {
    const secrets = [
      health.operatorKey,
      new URL(database.url).password,
      ...Object.entries(redis.env).flatMap(([name, value]) => (name.endsWith('_PASSWORD') ? [value] : [])),
    ];
    expect(answers.length).toBeGreaterThan(20);
    const everything = answers.map(({ text }) => text).join('\n');
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
    expect(everything).not.toMatch(/another-password-altogether|\.js:\d+|\bat \w+.*\(|node_modules/);
  });
});
