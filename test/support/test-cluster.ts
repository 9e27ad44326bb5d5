import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { startRedis } from '../../scripts/lib/redis-server.mjs';
import { DEFAULT_REDIS_URL } from '../../src/config/redis-vars.js';
import { readClusterMap, type ClusterMap } from '../../src/redis/cluster-map.js';
import { CLUSTER_SLOTS } from '../../src/redis/cluster-slot.js';
import { eventually } from './eventually.js';
import { keepServer, openClient, type ServerProcess } from './redis-process.js';
import { renderPolicy } from './rendered-policy.js';
import { loginVariables, newPasswords } from './test-redis.js';
import { testServers } from './test-servers.js';

const MASTERS = 3;
/** After so long without a sign of it, the others hold a node for dead and a replica takes its place. */
const NODE_TIMEOUT_MS = 1000;

/** One redis-server of a Cluster; restart() brings it back as a replica where another has taken its place. */
export interface ClusterNode extends ServerProcess {
  readonly port: number;
  /** Where the nodes talk to each other. */
  readonly busPort: number;
  /** Signed in as naboom_admin. */
  readonly admin: Redis;
  stop(): Promise<void>;
}

/** Three masters and three replicas on loopback under the project's ACL. */
export interface TestCluster {
  /** REDIS_CLUSTER_NODES and the credentials of each role, ready for loadConfig. */
  readonly env: Record<string, string>;
  /** What only the command line has beside it. */
  readonly adminEnv: Record<string, string>;
  /** The first three were masters at the start, the others are their replicas in the same order. */
  readonly nodes: readonly ClusterNode[];
  /** Who serves which slots now, by the word of a node that runs. */
  map(): Promise<ClusterMap>;
  /** The node that is the master of a key's slot now. */
  ownerOf(key: string): Promise<ClusterNode>;
  /** Moves the slot of a key to another master, with all its keys, as a resharding does. */
  moveSlot(key: string, to: ClusterNode): Promise<void>;
  /** Waits until every node that runs knows a running master of every slot, and a replica of each where all run. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts it (about 3 s: the nodes must have heard of each other). */
export async function startTestCluster(): Promise<TestCluster> {
  const ports = await Promise.all(Array.from({ length: 4 * MASTERS }, () => freePort()));
  const own = ports.slice(0, 2 * MASTERS);
  const env = {
    REDIS_URL: DEFAULT_REDIS_URL,
    REDIS_CLUSTER_NODES: own.map((port) => `127.0.0.1:${port}`).join(','),
    ...loginVariables(newPasswords()),
  };
  const replication = { REDIS_REPLICATION_PASSWORD: randomUUID() };
  const users = renderPolicy({ ...env, ...replication });
  const nodes = await Promise.all(
    own.map((port, at) => startNode({ port, busPort: ports.at(-1 - at)!, users, env: { ...env, ...replication } })),
  );
  const running = () => nodes.filter((node) => node.isRunning);
  const ask = async () => readClusterMap(await running()[0]!.admin.cluster('SLOTS'));
  const cluster: TestCluster = {
    env,
    adminEnv: replication,
    nodes,
    map: ask,
    async ownerOf(key) {
      const slot = await running()[0]!.admin.cluster('KEYSLOT', key);
      const owner = (await ask()).ownerOf(slot);
      return nodes.find(({ port }) => port === owner?.port)!;
    },
    async moveSlot(key, to) {
      const slot = await running()[0]!.admin.cluster('KEYSLOT', key);
      await moveSlot({ slot, from: await cluster.ownerOf(key), to, nodes: running(), env });
    },
    settled: async () =>
      void (await eventually(() => isWhole(running()), { withinMs: 30_000, what: 'a whole Cluster' })),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
  try {
    await introduce(nodes);
    await cluster.settled();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

interface NodeOptions {
  readonly port: number;
  readonly busPort: number;
  readonly users: string;
  readonly env: Record<string, string>;
}

async function startNode({ port, busPort, users, env }: NodeOptions): Promise<ClusterNode> {
  const dir = join(testServers().folder, `redis-${randomUUID()}`);
  mkdirSync(dir, { mode: 0o700 });
  const aclFile = join(dir, 'users.acl');
  writeFileSync(aclFile, users, { mode: 0o600 });
  const extraLines = [
    'cluster-enabled yes',
    `cluster-port ${busPort}`,
    `cluster-node-timeout ${NODE_TIMEOUT_MS}`,
    'masteruser replication_user',
    `masterauth ${env.REDIS_REPLICATION_PASSWORD}`,
    'repl-ping-replica-period 1', // a replica that has heard nothing yet is not told of; of its own, 10 s
    'repl-diskless-sync-delay 0', // of its own, a master waits 5 s for further replicas
  ];
  const launch = () => startRedis({ dir, binary: testServers().redis, port, aclFile, extraLines });
  const server = await keepServer(launch);
  const admin = openClient({
    port,
    username: env.REDIS_MASTER_USER,
    password: env.REDIS_MASTER_PASSWORD,
    maxRetriesPerRequest: null,
    retryStrategy: () => 50,
  });
  return Object.assign(server, {
    port,
    busPort,
    admin,
    async stop() {
      admin.disconnect();
      // A Cluster that ends as a whole has nothing to save.
      await server.kill9();
      rmSync(dir, { recursive: true, force: true });
    },
  });
}

/** Gives each master its share of the slots, makes the nodes known to each other, and each later one a replica. */
async function introduce(nodes: readonly ClusterNode[]): Promise<void> {
  const masters = nodes.slice(0, MASTERS);
  const share = (at: number) => Math.round((at * CLUSTER_SLOTS) / MASTERS);
  await Promise.all(masters.map(({ admin }, at) => admin.cluster('ADDSLOTSRANGE', share(at), share(at + 1) - 1)));
  // Epochs of their own at once: of nodes that claim the same one, the Cluster has to choose first.
  await Promise.all(nodes.map(({ admin }, at) => admin.call('CLUSTER', 'SET-CONFIG-EPOCH', at + 1)));
  // Everyone to everyone: gossip alone takes seconds until all have heard of all.
  const meetings = nodes.flatMap(({ admin }, at) =>
    nodes.slice(at + 1).map(({ port, busPort }) => admin.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)),
  );
  await Promise.all(meetings);
  const ids = await Promise.all(masters.map(({ admin }) => admin.cluster('MYID')));
  await Promise.all(
    nodes.slice(MASTERS).map(({ admin }, at) =>
      // It can follow only whom it has heard of.
      eventually(() => admin.cluster('REPLICATE', ids[at]!), { what: 'a replica that knows its master' }),
    ),
  );
}

/** Does every node that runs see a running master of every slot, and the replicas that follow them? */
async function isWhole(running: readonly ClusterNode[]): Promise<boolean> {
  const ports = new Set(running.map(({ port }) => port));
  const views = await Promise.all(running.map(async ({ admin }) => readClusterMap(await admin.cluster('SLOTS'))));
  const whole = views.every(
    ({ masters, replicas, unserved }) =>
      unserved === 0 && masters.every(({ port }) => ports.has(port)) && masters.length + replicas.length >= ports.size,
  );
  if (!whole) return false;
  const states = await Promise.all(
    running.map(async ({ admin }) => `${await admin.cluster('INFO')}${await admin.info('replication')}`),
  );
  return states.every((text) => /cluster_state:ok/.test(text) && /role:master|master_link_status:up/.test(text));
}

interface Move {
  readonly slot: number;
  readonly from: ClusterNode;
  readonly to: ClusterNode;
  readonly nodes: readonly ClusterNode[];
  readonly env: Record<string, string>;
}

async function moveSlot({ slot, from, to, nodes, env }: Move): Promise<void> {
  const [fromId, toId] = [await from.admin.cluster('MYID'), await to.admin.cluster('MYID')];
  await to.admin.cluster('SETSLOT', slot, 'IMPORTING', fromId);
  await from.admin.cluster('SETSLOT', slot, 'MIGRATING', toId);
  const login = ['AUTH2', env.REDIS_MASTER_USER!, env.REDIS_MASTER_PASSWORD!];
  for (;;) {
    const some = await from.admin.cluster('GETKEYSINSLOT', slot, 100);
    if (some.length === 0) break;
    await from.admin.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, ...login, 'KEYS', ...some);
  }
  // The new owner first: for a moment both would have it, never nobody.
  for (const { admin } of [to, from]) await admin.cluster('SETSLOT', slot, 'NODE', toId);
  for (const { admin } of nodes) await admin.cluster('SETSLOT', slot, 'NODE', toId).catch(() => undefined); // replicas refuse
}
