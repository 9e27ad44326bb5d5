import { loadConfig } from '../../src/config/config.js';
import { checkSentinels } from '../../src/doctor/sentinel-checks.js';
import { checkLogins } from '../../src/doctor/redis-logins.js';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import { eventually } from '../support/eventually.js';
import { expectAnswers, expectNothingLost } from '../support/expect-survival.js';
import { Fleet } from '../support/fleet.js';
import type { TestProcess } from '../support/sentinel-processes.js';
import { startTestSentinels, type TestSentinels } from '../support/test-sentinels.js';

/** Down for 2 s, elected, promoted, told: 3.5 s on a quiet machine. */
const WRITES_BACK_WITHIN_MS = 10_000;

let redis: TestSentinels;
let fleet: Fleet;
beforeAll(async () => {
  redis = await startTestSentinels();
  fleet = await Fleet.start({ webhooks: true, env: () => redis.env });
});
afterAll(async () => {
  for (const each of [...(redis?.servers ?? []), ...(redis?.sentinels ?? [])]) each.resume();
  await fleet?.stop();
  await redis?.stop();
});

const env = (changes: Record<string, string> = {}) => ({
  ...redis.env,
  NABOOM_OPERATOR_KEY: 'k'.repeat(24),
  DATABASE_URL: fleet.postgres.url,
  ...changes,
});

async function acl(command: string): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await runAclCommand([command], env(), (line) => lines.push(line));
  return { code, text: lines.join('\n') };
}

/** What the doctor complains about, of sentinels and logins. */
async function complaints(changes: Record<string, string> = {}): Promise<string[]> {
  const { redis: config } = loadConfig(env(changes));
  const checks = [...(await checkSentinels(config)), ...(await checkLogins(config))];
  return checks.filter(({ result }) => result === 'failed').map(({ subject, detail }) => `${subject}: ${detail}`);
}

/** Names of our connections at a server, as CLIENT LIST has them: role and purpose. */
async function connectionsAt({ client }: TestProcess): Promise<Set<string>> {
  const list = String(await client.client('LIST'));
  return new Set(
    [...list.matchAll(/ name=(naboom:\S+)/g)].map(([, name = '']) => name.split(':').slice(0, 3).join(':')),
  );
}

/** Waits until every connection that was at the old master is at this one. */
async function expectAllAt(server: TestProcess, wanted: ReadonlySet<string>): Promise<void> {
  const areThere = async () => {
    expect([...(await connectionsAt(server))]).toEqual(expect.arrayContaining([...wanted]));
    return true;
  };
  await eventually(areThere, { withinMs: 20_000, what: 'every connection at the new master' });
}

/** Every Redis user of every process can do its work, writes included. */
async function writesAreBack(): Promise<void> {
  const isBack = async () => {
    const answers = await Promise.all(fleet.nodes.map((node) => node.health('/health/redis')));
    const users = answers.flatMap(({ body }) =>
      Object.values(body.redis_acl_health as Record<string, { status: string }>),
    );
    return users.every(({ status }) => status === 'healthy');
  };
  await eventually(isBack, { withinMs: 30_000, everyMs: 100, what: 'every Redis user at work' });
}

describe('a Redis that sentinels watch', () => {
  it('gives its users to the replica as well, and sees what differs there', async () => {
    const [, replica] = redis.servers;
    await replica!.client.call('ACL', 'SETUSER', 'monitoring_user', '+get');
    const before = await acl('diff');
    expect(before.text).toMatch(new RegExp(`FAIL .*monitoring_user at 127.0.0.1:${replica!.port}.*too much: get`));
    expect(before.code).toBe(1);
    expect((await acl('apply')).code).toBe(0);
    expect((await acl('diff')).code).toBe(0);
    expect(await acl('verify')).toMatchObject({ code: 0 });
  });

  it('is looked at by the doctor, sentinel by sentinel', async () => {
    await expect(complaints()).resolves.toEqual([]);
    const [first] = redis.sentinels;
    first!.pause();
    await expect(complaints()).resolves.toEqual([expect.stringMatching(/^redis sentinel: .*did not answer in time/)]);
    first!.resume();
    const unknown = await complaints({ REDIS_SENTINEL_NAME: 'nobody' });
    expect(unknown).toContainEqual(
      expect.stringMatching(/^redis sentinel: .*knows no master "nobody": correct REDIS_/),
    );
    expect(unknown).toContainEqual(
      expect.stringMatching(/^redis app: .*none knows a master of that name\. Correct REDIS_SENTINELS/),
    );
    const refused = await complaints({ REDIS_SENTINEL_PASSWORD: 'not-the-password' });
    expect(refused).toContainEqual(expect.stringMatching(/^redis app: .*Invalid username-password pair/));
    expect(refused.join()).not.toContain('not-the-password');
  });

  it('has another master after kill -9 of the first, and nothing is lost', async () => {
    const [first, second] = redis.servers;
    const before = await connectionsAt(first!);
    const result = await fleet.drill('Sentinel: kill -9 of the Redis master', async () => {
      await first!.kill9();
      await writesAreBack();
    });
    expectNothingLost(result);
    expectAnswers(result);
    expect(result.recovery).toBeLessThan(WRITES_BACK_WITHIN_MS);
    expect((await redis.master()).port).toBe(second!.port);
    await expectAllAt(second!, before);
  });

  it('needs of the users of sentinels and replicas what the policy grants, and nothing else', async () => {
    const [first, second] = redis.servers;
    await first!.restart();
    await redis.settled();
    const denials = await Promise.all(
      redis.servers.map(async ({ client }) => ((await client.call('ACL', 'LOG')) as unknown[][]).map(String)),
    );
    expect(denials.flat().filter((entry) => /replication_user|failover_user/.test(entry))).toEqual([]);
    const called = await second!.client.info('commandstats');
    for (const command of [
      'psync',
      'replconf',
      'slaveof',
      'config|rewrite',
      'client|kill',
      'multi',
      'exec',
      'publish',
    ]) {
      expect(called).toContain(`cmdstat_${command}:`);
    }
  });

  it('has another master when the first hangs, which is a replica when it goes on', async () => {
    const [first, second] = redis.servers;
    const before = await connectionsAt(second!);
    const result = await fleet.drill('Sentinel: the Redis master hangs, and goes on as a replica', async () => {
      second!.pause();
      await eventually(async () => (await redis.master()).port === first!.port, {
        withinMs: 30_000,
        what: 'a failover',
      });
      await writesAreBack();
      second!.resume();
    });
    expectNothingLost(result);
    expectAnswers(result);
    await redis.settled();
    await expectAllAt(first!, before);
    expect([...(await connectionsAt(second!))]).toEqual([]);
  });
});
