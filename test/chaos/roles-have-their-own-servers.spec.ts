import { Redis } from 'ioredis';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import { eventually } from '../support/eventually.js';
import { absence, expectAnswers, expectNothingLost, untilHealth } from '../support/expect-survival.js';
import { Fleet } from '../support/fleet.js';
import { newPasswords, startTestRedis, type TestRedis } from '../support/test-redis.js';

/** Cache, limits, sessions and jobs; the streams and the sockets' adapter are elsewhere. */
let jobs: TestRedis;
let fleet: Fleet;
beforeAll(async () => {
  const passwords = newPasswords();
  jobs = await startTestRedis({ passwords });
  fleet = await Fleet.start({
    webhooks: true,
    redis: { passwords },
    env: () => ({ REDIS_APP_URL: `127.0.0.1:${jobs.port}` }),
  });
});
afterAll(async () => {
  await fleet?.stop();
  await jobs?.stop();
});

afterEach(async () => {
  const admin = jobs.admin();
  await admin.script('KILL').catch(() => undefined); // there is none but after a failed drill
  await admin.config('SET', 'maxmemory', '0');
});

/** Roles of our connections at a server, as CLIENT LIST names them. */
async function rolesAt(server: TestRedis): Promise<string[]> {
  const list = String(await server.admin().client('LIST'));
  return [...new Set([...list.matchAll(/ name=naboom:(\w+)/g)].map(([, role = '']) => role))].toSorted();
}

async function healthIs(users: Record<string, unknown>): Promise<void> {
  for (const node of fleet.nodes) {
    await eventually(
      async () => {
        const { body } = await node.health('/health/redis');
        expect(body.redis_acl_health).toMatchObject(users);
        return true;
      },
      { everyMs: 100, withinMs: 20_000, what: `health ${JSON.stringify(users)}` },
    );
  }
  // Alerts are taken; a worker without its queue is not ready, and says so.
  for (const api of fleet.apis) expect((await api.health('/health/ready')).code).toBe(200);
}
const isBroken = () => ({ app_user: { status: expect.not.stringMatching('healthy') as string }, ...others });
const healthy = { status: 'healthy' };
const others = { websocket_user: healthy, realtime_user: healthy, monitoring_user: healthy };

async function streamed(): Promise<number> {
  const admin = fleet.redis.admin();
  await admin.select(4);
  const lengths = await Promise.all(
    ['critical', 'high', 'medium', 'low'].map((severity) => admin.xlen(`panic:alerts:${severity}`)),
  );
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** Breaks something, and counts the accepted alerts that are stored but not in the streams: those that are late. */
async function missingInStreams(name: string, fault: () => Promise<void>): Promise<number> {
  const before = await streamed();
  const result = await fleet.drill(name, fault, { perSecond: 20 });
  expectNothingLost(result);
  expectAnswers(result);
  return Math.max(0, result.accepted - ((await streamed()) - before));
}

describe('a server of their own for cache and queues', () => {
  it('takes a variable, and no change of the code', async () => {
    await expect(rolesAt(jobs)).resolves.toEqual(['app', 'queue']);
    await expect(rolesAt(fleet.redis)).resolves.toEqual(['monitoring', 'realtime', 'websocket']);
    const lines: string[] = [];
    const env = {
      ...fleet.redis.env,
      NABOOM_OPERATOR_KEY: 'k'.repeat(24),
      DATABASE_URL: fleet.postgres.url,
      REDIS_APP_URL: `127.0.0.1:${jobs.port}`,
    };
    const code = await runAclCommand(['verify'], env, (line) => lines.push(line));
    expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
    expect(code).toBe(0);
    expect(lines.join('\n')).toContain(`127.0.0.1:${jobs.port} `);
  });

  it('keeps a script without an end away from alerts', async () => {
    // Whoever holds app_user's password can do this: it holds EVAL for BullMQ and the limits.
    const intruder = new Redis({
      port: jobs.port,
      username: jobs.env.REDIS_APP_USER,
      password: jobs.env.REDIS_APP_PASSWORD,
      disableClientInfo: true,
      retryStrategy: () => null,
    });
    intruder.on('error', () => undefined);
    await intruder.ping();
    const admin = jobs.admin();
    await admin.ping();
    const missing = await missingInStreams('cache and queues elsewhere: a script there does not end', async () => {
      const endless = intruder.eval('while true do end', 0).catch(() => undefined);
      await healthIs(isBroken());
      await absence();
      // Redis takes it only once the script is over its time limit, 5 s.
      await eventually(async () => (await admin.script('KILL')) === 'OK', { withinMs: 20_000, everyMs: 100 });
      await endless;
      await healthIs({ app_user: healthy, ...others });
    });
    expect(missing).toBe(0);
    intruder.disconnect();
  });

  it('keeps a full memory away from alerts', async () => {
    const admin = jobs.admin();
    const missing = await missingInStreams('cache and queues elsewhere: memory full there', async () => {
      await admin.config('SET', 'maxmemory', '1mb');
      await healthIs(isBroken());
      await absence();
      await admin.config('SET', 'maxmemory', '0');
      await healthIs({ app_user: healthy, ...others });
    });
    expect(missing).toBe(0);
  });

  it('keeps its death away from alerts', async () => {
    const missing = await missingInStreams('cache and queues elsewhere: kill -9 there', async () => {
      await jobs.kill9();
      await Promise.all(fleet.nodes.map((node) => untilHealth(node, { status: 'degraded', redis_status: 'degraded' })));
      await absence();
      await jobs.restart();
      await healthIs({ app_user: healthy, ...others });
    });
    expect(missing).toBe(0);
  });
});
