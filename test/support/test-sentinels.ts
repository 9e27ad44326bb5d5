import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { eventually } from './eventually.js';
import { MASTER_NAME, startReplicatedServer, startSentinel, type TestProcess } from './sentinel-processes.js';
import { loginVariables, newPasswords } from './test-redis.js';

const SENTINELS = 3;
/** A master, a replica and three sentinels on loopback: servers under the project's policy, sentinels with users too. */
export interface TestSentinels {
  /** REDIS_SENTINELS, their login and the credentials of each role, ready for loadConfig. */
  readonly env: Record<string, string>;
  /** The first was the master at the start. */
  readonly servers: readonly TestProcess[];
  readonly sentinels: readonly TestProcess[];
  /** The server that most sentinels call the master now. */
  master(): Promise<TestProcess>;
  /** Waits until every sentinel knows the others, and one replica that follows its master. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts them (about 3 s: the sentinels must have heard of each other). */
export async function startTestSentinels(): Promise<TestSentinels> {
  const ports = await Promise.all(Array.from({ length: 2 + SENTINELS }, () => freePort()));
  const [own, watching] = [ports.slice(0, 2), ports.slice(2)];
  const env = {
    REDIS_URL: '',
    REDIS_SENTINELS: watching.map((port) => `127.0.0.1:${port}`).join(','),
    REDIS_SENTINEL_NAME: MASTER_NAME,
    REDIS_SENTINEL_USER: 'naboom',
    ...loginVariables(newPasswords()),
    ...secrets('REDIS_SENTINEL_PASSWORD', 'REDIS_REPLICATION_PASSWORD', 'REDIS_FAILOVER_PASSWORD'),
  };
  const [first = 0, second = 0] = own;
  const servers = [await startReplicatedServer(first, undefined, env), await startReplicatedServer(second, first, env)];
  const among = randomBytes(24).toString('base64url');
  const sentinels = await Promise.all(watching.map((port) => startSentinel({ port, masterPort: first, env, among })));
  const all: TestSentinels = {
    env,
    servers,
    sentinels,
    master: () => masterOf(all),
    settled: async () =>
      void (await eventually(() => isWhole(all), { withinMs: 30_000, what: 'sentinels that know all' })),
    async stop() {
      for (const { client } of [...servers, ...sentinels]) client.disconnect();
      // Sentinels first: they would see to a failover of what stops.
      await Promise.all(sentinels.map((sentinel) => sentinel.kill9()));
      await Promise.all(servers.map((server) => server.kill9()));
    },
  };
  await all.settled().catch(async (error: unknown) => {
    await all.stop();
    throw error;
  });
  return all;
}

type Env = Record<string, string>;

function secrets(...names: string[]): Env {
  return Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('base64url')]));
}

async function masterOf({ sentinels, servers }: TestSentinels): Promise<TestProcess> {
  const named = await Promise.all(sentinels.filter((each) => each.isRunning).map(({ client }) => masterPort(client)));
  const [port] = named.toSorted((a, b) => named.filter((p) => p === b).length - named.filter((p) => p === a).length);
  return servers.find((server) => server.port === port)!;
}

async function masterPort(sentinel: Redis): Promise<number> {
  const address = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME)) as [string, string];
  return Number(address[1]);
}

async function isWhole(all: TestSentinels): Promise<boolean> {
  const master = await masterOf(all);
  if (!(await master.client.info('replication')).includes('state=online')) return false;
  const views = all.sentinels.map(async ({ client }) => {
    const others = (await client.call('SENTINEL', 'SENTINELS', MASTER_NAME)) as unknown[];
    const replicas = (await client.call('SENTINEL', 'REPLICAS', MASTER_NAME)) as string[][];
    const healthy = replicas.length === 1 && replicas[0]!.includes('slave'); // "slave,s_down" while it is away
    return others.length === SENTINELS - 1 && healthy && (await masterPort(client)) === master.port;
  });
  return (await Promise.all(views)).every(Boolean);
}
