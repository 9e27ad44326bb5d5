import { randomUUID } from 'node:crypto';
import { Queue, QueueEvents, Worker } from 'bullmq';
import type { LogEntry } from '../../src/alerts/alert.js';
import { AlertStream } from '../../src/alerts/alert-stream.js';
import { SEVERITIES, type Severity } from '../../src/alerts/severity.js';
import { loadConfig, type Config } from '../../src/config/config.js';
import { producerOptions, workerOptions } from '../../src/queues/queue-options.js';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import { adapterRoundTrip } from '../../src/redis/acl/adapter-round-trip.js';
import { slotOf } from '../../src/redis/cluster-slot.js';
import { keys } from '../../src/redis/redis.keys.js';
import { SUBSCRIBER } from '../../src/redis/redis.options.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import type { RedisRoleName } from '../../src/redis/redis.roles.js';
import { eventually } from '../support/eventually.js';
import { startTestCluster, type TestCluster } from '../support/test-cluster.js';

let cluster: TestCluster;
let config: Config;
const opened: RoleConnections[] = [];
beforeAll(async () => {
  cluster = await startTestCluster();
  config = loadConfig(environment());
});
afterAll(async () => {
  await Promise.all(opened.map((connections) => connections.close()));
  await cluster?.stop();
});

const environment = () => ({
  ...cluster.env,
  DATABASE_URL: 'postgres://localhost/none',
  NABOOM_OPERATOR_KEY: 'operator-key-of-the-cluster-test',
});

async function connect(role: RedisRoleName): Promise<RoleConnections> {
  const connections = new RoleConnections(role, config.redis.roles[role]);
  opened.push(connections);
  connections.connect();
  expect(await connections.ready(5000)).toBe(true);
  return connections;
}

/** What the users were refused on any node, and forgets it. */
async function denials(): Promise<string[]> {
  const logs = await Promise.all(cluster.nodes.map(({ admin }) => admin.call('ACL', 'LOG') as Promise<unknown[][]>));
  await Promise.all(cluster.nodes.map(({ admin }) => admin.call('ACL', 'LOG', 'RESET')));
  return logs.flat().map((entry) => entry.join(' '));
}

const entry = (seq: number, severity: Severity) =>
  ({ seq, type: 'alert.raised', at: '', alertId: String(seq), actor: {}, details: {}, alert: { severity } }) as unknown as LogEntry;

it('reckons slots as the servers do', async () => {
  const { admin } = cluster.nodes[0]!;
  for (const key of [...SEVERITIES.map(keys.alertStream), keys.commits(), keys.queuePrefix(), 'ä{}{b}{c}', '{', '}{x']) {
    expect([key, slotOf(key)]).toEqual([key, await admin.cluster('KEYSLOT', key)]);
  }
});

it('keeps and reads values of every node, alone and in pipelines', async () => {
  const { commands } = await connect('app');
  const names = Array.from({ length: 30 }, () => keys.cache(randomUUID()));
  const pipeline = commands.pipeline();
  for (const name of names) pipeline.set(name, name, 'EX', 60);
  expect(await pipeline.exec()).toEqual(names.map(() => [null, 'OK']));
  for (const name of names) expect(await commands.get(name)).toBe(name);
  const mixed = commands.pipeline().get(names[0]!).get('not:ours').exec();
  expect(await mixed).toEqual([[null, names[0]], [expect.objectContaining({ message: expect.stringMatching(/NOPERM/) }), undefined]]);
  expect(await denials()).toHaveLength(1);
  expect(new Set(names.map((name) => slotOf(name) % 3)).size).toBeGreaterThan(1);
});

it('tells other nodes of entries, whichever servers hold their streams', async () => {
  const [one, two] = [new AlertStream(await connect('realtime')), new AlertStream(await connect('realtime'))];
  const stop = new AbortController();
  const heard: number[] = [];
  const following = two.follow((entries) => heard.push(...entries.map(({ seq }) => seq)), stop.signal, () => false);
  const { admin } = await cluster.ownerOf(keys.commits());
  await eventually(async () => String(await admin.client('LIST')).includes('cmd=xread '), { what: 'the reader' });
  await one.add(SEVERITIES.map((severity, at) => entry(at + 1, severity)));
  await eventually(() => heard.length === SEVERITIES.length, { what: 'every entry' });
  expect(heard).toEqual([1, 2, 3, 4]);
  stop.abort();
  await following;
  expect(await denials()).toEqual([]);
});

it('joins the sockets of two processes', async () => {
  const websocket = await connect('websocket');
  expect(await adapterRoundTrip(websocket.open('adapter', SUBSCRIBER))).toEqual([]);
  expect(await denials()).toEqual([]);
});

it('runs jobs', async () => {
  const queue = new Queue('notifications', producerOptions(config, 'notifications'));
  const worker = new Worker('notifications', async (job) => job.data as unknown, workerOptions(config, 'notifications'));
  const events = new QueueEvents('notifications', workerOptions(config, 'notifications'));
  try {
    await events.waitUntilReady();
    const job = await queue.add('echo', { said: 'hello' });
    expect(await job.waitUntilFinished(events, 5000)).toEqual({ said: 'hello' });
  } finally {
    await Promise.all([events.close(), worker.close(), queue.close()]);
  }
  expect(await denials()).toEqual([]);
});

it('names every connection, and has each user sign in as itself', async () => {
  const lists = await Promise.all(cluster.nodes.map(({ admin }) => admin.client('LIST') as Promise<string>));
  const clients = lists.flatMap((list) => list.split('\n')).filter((line) => / user=(app|websocket|realtime)_user /.test(line));
  const strangers = clients.filter((line) => !/ name=(ioredis-cluster\(refresher\):)?naboom:(app|websocket|realtime):\S+ /.test(line));
  expect(strangers).toEqual([]);
  expect(clients.length).toBeGreaterThan(4);
});

describe('the acl command', () => {
  const acl = async (...argv: string[]) => {
    const lines: string[] = [];
    const code = await runAclCommand(argv, environment(), (text) => lines.push(text));
    return { code, text: lines.join('\n') };
  };

  it('verifies every node, and finds the policy there', async () => {
    const verified = await acl('verify');
    expect(verified.text).toMatch(/\d+ passed, 0 failed/);
    for (const { port } of cluster.nodes) expect(verified.text).toContain(`127.0.0.1:${port}`);
    expect(await acl('diff')).toMatchObject({ code: 0 });
  });

  it('applies the policy to every node, and tells the one that differs', async () => {
    const [, , , , replica] = cluster.nodes;
    await replica!.admin.call('ACL', 'SETUSER', 'app_user', '+flushall');
    const differs = await acl('diff');
    expect(differs.code).toBe(1);
    expect(differs.text).toMatch(new RegExp(`app_user at 127.0.0.1:${replica!.port}.*flushall`));
    expect((await acl('apply')).code).toBe(0);
    expect((await acl('diff')).code).toBe(0);
  });
});
