import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Queue, Worker } from 'bullmq';
import { AlertStream } from '../../src/alerts/alert-stream.js';
import { SEVERITIES } from '../../src/alerts/severity.js';
import { loadConfig, type Config } from '../../src/config/config.js';
import { producerOptions, workerOptions } from '../../src/queues/queue-options.js';
import { adapterRoundTrip } from '../../src/redis/acl/adapter-round-trip.js';
import { slotOf } from '../../src/redis/cluster-slot.js';
import { channels, keys } from '../../src/redis/redis.keys.js';
import { SUBSCRIBER } from '../../src/redis/redis.options.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import type { RedisRoleName } from '../../src/redis/redis.roles.js';
import { eventually } from '../support/eventually.js';
import { loggedEntry } from '../support/logged-entry.js';
import { secretFilesFor } from '../support/secret-files.js';
import { startTestCluster, type ClusterNode, type TestCluster } from '../support/test-cluster.js';

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

function open(role: RedisRoleName, from: Config): RoleConnections {
  const connections = new RoleConnections(role, from.redis.roles[role]);
  opened.push(connections);
  connections.connect();
  return connections;
}

async function connect(role: RedisRoleName, from = config): Promise<RoleConnections> {
  const connections = open(role, from);
  expect(await connections.ready(5000)).toBe(true);
  return connections;
}

/** What the users were refused on any node, and forgets it. */
async function denials(): Promise<string[]> {
  const logs = await Promise.all(cluster.nodes.map(({ admin }) => admin.call('ACL', 'LOG') as Promise<unknown[][]>));
  await Promise.all(cluster.nodes.map(({ admin }) => admin.call('ACL', 'LOG', 'RESET')));
  return logs.flat().map((entry) => entry.join(' '));
}

it('reckons slots as the servers do', async () => {
  const { admin } = cluster.nodes[0]!;
  for (const key of [
    ...SEVERITIES.map(keys.alertStream),
    keys.commits(),
    keys.queuePrefix(),
    'ä{}{b}{c}',
    '{',
    '}{x',
  ]) {
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
  expect(await mixed).toEqual([
    [null, names[0]],
    [expect.objectContaining({ message: expect.stringMatching(/NOPERM/) }), undefined],
  ]);
  expect(await denials()).toHaveLength(1);
  expect(new Set(names.map((name) => slotOf(name) % 3)).size).toBeGreaterThan(1);
});

it('tells other nodes of entries, whichever servers hold their streams', async () => {
  const [one, two] = [new AlertStream(await connect('realtime')), new AlertStream(await connect('realtime'))];
  const stop = new AbortController();
  const heard: number[] = [];
  const following = two.follow(
    (entries) => heard.push(...entries.map(({ seq }) => seq)),
    stop.signal,
    () => false,
  );
  const { admin } = await cluster.ownerOf(keys.commits());
  await eventually(async () => String(await admin.client('LIST')).includes('cmd=xread '), { what: 'the reader' });
  await one.add(SEVERITIES.map((severity, at) => loggedEntry(at + 1, severity)));
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

/** Moves the slot of a key or channel to a master that does not have it. */
async function moveSlot(key: string): Promise<void> {
  const [owner, { masters }] = await Promise.all([cluster.ownerOf(key), cluster.map()]);
  const to = cluster.nodes.find(({ port }) => port !== owner.port && masters.some((master) => master.port === port))!;
  await cluster.moveSlot(key, to);
}

it('goes on hearing when the slot of a channel moves', async () => {
  const websocket = await connect('websocket');
  const subscriber = websocket.open('hearing', SUBSCRIBER);
  const channel = channels.health(randomUUID());
  const heard: string[] = [];
  subscriber.on('smessage', (_channel: string, message: string) => heard.push(message));
  await subscriber.ssubscribe(channel);
  await moveSlot(channel);
  await eventually(async () => (await websocket.commands.spublish(channel, 'again'), heard.length > 0), {
    withinMs: 5000,
    what: 'a message at the new node',
  });
  expect(new Set(heard)).toEqual(new Set(['again']));
});

/** A replica takes the place of the master of a key by agreement: no connection of that master is cut. */
async function giveAway(key: string): Promise<void> {
  const replicas = await (await cluster.ownerOf(key)).admin.info('replication');
  const port = Number(/slave0:ip=[^,]+,port=(\d+)/.exec(replicas)?.[1]);
  await cluster.nodes.find((node) => node.port === port)!.admin.cluster('FAILOVER');
  await eventually(async () => (await cluster.ownerOf(key)).port === port, {
    withinMs: 10_000,
    what: 'the new master',
  });
}

it('goes to the new master when its own gives its place away, who hears and who speaks', async () => {
  const websocket = await connect('websocket');
  const subscriber = websocket.open('follower', SUBSCRIBER);
  const channel = channels.health(randomUUID());
  await subscriber.ssubscribe(channel);
  await giveAway(channel);
  const { admin, port } = await cluster.ownerOf(channel);
  const heard = async () => ((await admin.call('PUBSUB', 'SHARDNUMSUB', channel)) as [string, number])[1] === 1;
  await eventually(heard, { withinMs: 8000, what: 'the subscriber at the new master' });
  const speaks = async () => String(await admin.client('LIST')).includes('name=naboom:websocket:commands');
  await eventually(speaks, { withinMs: 8000, what: `who publishes at ${port}` });
  expect(await denials()).toEqual([]);
  await cluster.settled();
});

it('runs jobs', async () => {
  const done: unknown[] = [];
  const queue = new Queue('notifications', producerOptions(config, 'notifications'));
  const worker = new Worker<unknown>(
    'notifications',
    async ({ data }) => done.push(data),
    workerOptions(config, 'notifications'),
  );
  try {
    await queue.add('echo', 'hello');
    await eventually(() => done.length === 1, { what: 'the job' });
  } finally {
    await Promise.all([worker.close(), queue.close()]);
  }
  expect(await denials()).toEqual([]);
});

describe('passwords in files', () => {
  const typo = 'mistyped';
  const cut = (user: string) => onEveryNode(({ admin }) => admin.call('CLIENT', 'KILL', 'USER', user));
  const onEveryNode = (work: (node: ClusterNode) => Promise<unknown>) => Promise.all(cluster.nodes.map(work));
  /** Of a role: its file, the password in it, and a configuration that is read when it is asked for. */
  function passwordFile(role: 'app' | 'websocket') {
    const env = secretFilesFor(environment());
    const file = env[`REDIS_${role.toUpperCase()}_PASSWORD_FILE`]!;
    return {
      write: (text: string) => writeFileSync(file, text),
      good: readFileSync(file, 'utf8').trim(),
      read: () => loadConfig(env),
    };
  }
  afterEach(denials);

  it('are tried as they are corrected, also by a connection in one slot that never was let in', async () => {
    const { write, good, read } = passwordFile('websocket');
    write(typo);
    const websocket = open('websocket', read());
    await eventually(() => websocket.commands.lastFailure?.code === 'REDIS_WRONGPASS', { what: 'a refusal' });
    write(good);
    expect(await websocket.ready(5000)).toBe(true);
  });

  it('are the last good ones for a connection in one slot that is cut off while a typo stands there', async () => {
    const { write, read } = passwordFile('websocket');
    const websocket = await connect('websocket', read());
    write(typo);
    await cut('websocket_user');
    await eventually(() => websocket.commands.status !== 'ready', { what: 'the cut' });
    expect(await websocket.ready(5000)).toBe(true);
  });

  it('are the last good ones of each node for who speaks to all of them, while one knows what stands there', async () => {
    const { write, read } = passwordFile('app');
    const { commands } = await connect('app', read());
    const names = Array.from({ length: 30 }, () => keys.cache(randomUUID()));
    const readAll = () => Promise.all(names.map((name) => commands.get(name)));
    await readAll();
    const knowing = await cluster.ownerOf(names[0]!);
    await knowing.admin.call('ACL', 'SETUSER', 'app_user', `>${typo}`);
    try {
      write(typo);
      await cut('app_user');
      const misses = names.map(() => null);
      expect(await eventually(readAll, { withinMs: 8000, what: 'an answer of every node' })).toEqual(misses);
    } finally {
      await knowing.admin.call('ACL', 'SETUSER', 'app_user', `<${typo}`);
    }
  });
});

it('names every connection, and has each user sign in as itself', async () => {
  const lists = await Promise.all(cluster.nodes.map(({ admin }) => admin.client('LIST') as Promise<string>));
  const clients = lists
    .flatMap((list) => list.split('\n'))
    .filter((line) => / user=(app|websocket|realtime)_user /.test(line));
  const strangers = clients.filter(
    (line) => !/ name=(ioredis-cluster\(refresher\):)?naboom:(app|websocket|realtime):\S+ /.test(line),
  );
  expect(strangers).toEqual([]);
  expect(clients.length).toBeGreaterThan(4);
});
