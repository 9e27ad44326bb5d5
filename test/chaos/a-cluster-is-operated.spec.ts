import { runDoctorCommand } from '../../src/doctor/doctor-command.js';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import type { AclCheck } from '../../src/redis/acl/check.js';
import { eventually } from '../support/eventually.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';
import { secretFilesFor } from '../support/secret-files.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';

let cluster: TestCluster;
let database: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  [cluster, database] = await Promise.all([startTestCluster(), createTestDatabase()]);
  env = { ...cluster.env, DATABASE_URL: database.url, NABOOM_OPERATOR_KEY: TEST_OPERATOR_KEY };
});
afterAll(() => Promise.all([cluster?.stop(), database?.drop()]));

async function acl(...argv: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await runAclCommand(argv, { ...env, ...cluster.adminEnv }, (text) => lines.push(text));
  return { code, text: lines.join('\n') };
}

async function doctor(): Promise<readonly AclCheck[]> {
  const lines: string[] = [];
  await runDoctorCommand(['--json'], { ...env, ...cluster.adminEnv }, (line) => lines.push(line));
  return (JSON.parse(lines.join('\n')) as { checks: AclCheck[] }).checks;
}

const aboutRedis = (checks: readonly AclCheck[]) =>
  checks.filter(({ subject }) => /redis|_user|127\.0\.0\.1/.test(subject));

it('every role signs in, does its work and is refused the rest; every node has the policy', async () => {
  const { code, text } = await acl('verify');
  expect(text).toMatch(/\d+ passed, 0 failed/);
  for (const { port } of cluster.nodes) expect(text).toContain(`127.0.0.1:${port}`);
  expect(code).toBe(0);
});

it('without the administrator, the users are tried from outside on every node', async () => {
  const lines: string[] = [];
  expect(await runAclCommand(['verify'], { ...env, REDIS_MASTER_PASSWORD: '' }, (text) => lines.push(text))).toBe(0);
  for (const { port } of cluster.nodes) expect(lines.join('\n')).toContain(`127.0.0.1:${port}`);
});

it('the policy is put right on a node that differs, be it a replica', async () => {
  const replica = cluster.nodes.at(-1)!;
  await replica.admin.call('ACL', 'SETUSER', 'app_user', '+flushall');
  const differs = await acl('diff');
  expect(differs.text).toMatch(new RegExp(`app_user at 127.0.0.1:${replica.port}.*flushall`));
  expect(differs.code).toBe(1);
  expect((await acl('apply')).code).toBe(0);
  expect((await acl('diff')).code).toBe(0);
});

it('the doctor looks at every node, and says that slots are served by nobody', async () => {
  expect(aboutRedis(await doctor()).filter(({ result }) => result === 'failed')).toEqual([]);
  // Each node goes by what it knows itself: that one gave a slot up, it does not tell the others.
  for (const { admin } of cluster.nodes) await admin.cluster('DELSLOTS', 0);
  const complaints = aboutRedis(await doctor()).flatMap(({ detail, result }) => (result === 'failed' ? [detail] : []));
  expect(complaints).toContainEqual(expect.stringMatching(/served by nobody/));
  // app and realtime need all nodes, and say why they do not get there.
  expect((await acl('verify')).text).toMatch(/app_user.*does not serve all of its slots \(REDIS_UNREACHABLE\)/);
  await cluster.nodes[0]!.admin.cluster('ADDSLOTS', 0);
  await cluster.settled();
});

describe('health', () => {
  let node: TestNode;
  let files: Record<string, string>;
  beforeAll(async () => {
    files = secretFilesFor(env);
    node = await startTestNode({ env: files });
  });
  afterAll(() => node?.kill9());

  interface Details {
    readonly overall_status: string;
    readonly redis_acl_health: Record<string, { status: string; connected_clients: number; db_keys: number }>;
    readonly warnings: readonly string[];
    readonly acl_denials: number;
  }

  async function health(): Promise<Details> {
    const headers = { authorization: `Bearer ${TEST_OPERATOR_KEY}` };
    return (await (await fetch(`${node.url}/health/redis`, { headers })).json()) as Details;
  }

  it('sums the figures of all nodes, and names one that is gone until it is back', async () => {
    const healthy = await eventually(async () => {
      const body = await health();
      return body.overall_status === 'healthy' && body.warnings.length === 0 ? body : undefined;
    });
    expect(Object.values(healthy.redis_acl_health).map(({ status }) => status)).toEqual(
      Array.from({ length: 4 }, () => 'healthy'),
    );
    // Each node has a connection of the health of this process, and of its test.
    expect(healthy.redis_acl_health.app_user!.connected_clients).toBeGreaterThan(2 * cluster.nodes.length);
    const replica = cluster.nodes.at(-1)!;
    await replica.kill9();
    await eventually(
      async () => (await health()).warnings.some((warning) => warning.includes(`127.0.0.1:${replica.port}`)),
      { what: 'a warning of the node' },
    );
    await replica.restart();
    await eventually(async () => (await health()).warnings.length === 0, { what: 'health without a warning' });
  });

  it('counts what any node refuses', async () => {
    const before = (await health()).acl_denials;
    for (const { admin } of cluster.nodes) {
      const intruder = admin.duplicate({
        username: 'app_user',
        password: 'not-the-right-one',
        retryStrategy: () => null,
      });
      intruder.on('error', () => undefined);
      await expect(intruder.ping()).rejects.toThrow(/WRONGPASS|Connection is closed/);
      intruder.disconnect();
    }
    await eventually(async () => (await health()).acl_denials >= before + cluster.nodes.length, {
      what: 'the denials',
    });
  });

  /** Ids of our connections at every node. */
  async function connections(): Promise<string[]> {
    const lists = await Promise.all(cluster.nodes.map(({ admin }) => admin.client('LIST') as Promise<string>));
    return lists
      .flatMap((list, at) => [...list.matchAll(/^id=(\d+) .* name=naboom:/gm)].map(([, id]) => `${at} ${id}`))
      .toSorted();
  }

  it('keeps its connections to each node when their passwords are rotated', async () => {
    await health();
    const before = await connections();
    const lines: string[] = [];
    const code = await runAclCommand(['rotate'], { ...files, ...cluster.adminEnv }, (text) => lines.push(text));
    expect([code, lines.join('\n')]).toEqual([0, expect.stringMatching(/ 0 failed/)]);
    // Each node has an aclfile of its own, and none was named.
    expect(lines.join('\n').match(/may hold the old passwords/g)).toHaveLength(cluster.nodes.length);
    const after = new Set(await connections());
    expect(before.length).toBeGreaterThan(cluster.nodes.length);
    expect(before.filter((id) => !after.has(id))).toEqual([]);
  });

  // The last one: a node is gone afterwards.
  it.each(['app', 'master'])('revokes %s at the nodes that answer', async (role) => {
    const [down, ...others] = cluster.nodes;
    await down!.kill9();
    const lines: string[] = [];
    const argv = ['rotate', '--revoke', '--role', role];
    const code = await runAclCommand(argv, { ...files, ...cluster.adminEnv }, (text) => lines.push(text));
    const text = lines.join('\n');
    expect([code, text]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^FAIL +127.0.0.1:${down!.port} +was reached`, 'm')),
    ]);
    const user = env[`REDIS_${role.toUpperCase()}_USER`];
    for (const { port } of others) {
      expect(text).toMatch(new RegExp(`^ok +${user} +1 other password\\(s\\) removed at 127.0.0.1:${port}$`, 'm'));
    }
  });
});
