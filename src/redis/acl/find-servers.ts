import type { RedisRoleConfig } from '../../config/redis-config.js';
import type { RedisHost } from '../../config/redis-place.js';
import { readClusterMap, readClusterNodes, type ClusterMap } from '../cluster-map.js';
import { AclConnectionError, withAdmin } from './connection.js';
import type { RoleRedis } from '../role-redis.js';

/** What the sentinels were asked, and said. */
export interface SentinelView {
  readonly master: RedisHost;
  /** All that they know of, those that are down too: they come back. */
  readonly replicas: readonly RedisHost[];
}

/**
 * The servers behind a place, each as a place of its own: users are given to each, because Redis copies none.
 * @param isAdmin the login is the administrator's, who also learns of a Cluster's nodes that are down or serve nothing
 * Throws AclConnectionError where nobody answers who knows them.
 */
export async function serversOf(config: RedisRoleConfig, isAdmin = false): Promise<RedisRoleConfig[]> {
  switch (config.place.kind) {
    case 'single':
      return [config];
    case 'sentinel':
      return (await sentinelsHosts(config)).map((host) => asSingle(config, host));
    case 'cluster': {
      const hosts = isAdmin
        ? await askCluster(config, async (node, asked) => readClusterNodes(String(await node.cluster('NODES')), asked))
        : await clusterMapOf(config).then(({ masters, replicas }) => [...masters, ...replicas]);
      return hosts.map((host) => asSingle(config, host));
    }
  }
}

/**
 * Who serves the slots of a Cluster. Any role may ask: on a Cluster each is granted `cluster|slots`, so it needs no
 * administrator. Throws AclConnectionError where no node answers.
 */
export function clusterMapOf(config: RedisRoleConfig): Promise<ClusterMap> {
  return askCluster(config, async (node, asked) => readClusterMap(await node.cluster('SLOTS'), asked));
}

async function sentinelsHosts(config: RedisRoleConfig): Promise<RedisHost[]> {
  const { master, replicas } = await askSentinels(config);
  return [master, ...replicas];
}

/** The same login, at one server. */
function asSingle(config: RedisRoleConfig, { host, port }: RedisHost): RedisRoleConfig {
  return { ...config, db: 0, place: { kind: 'single', host, port } };
}

/** Asks one node after the other, until one answers. */
async function askCluster<T>(
  config: RedisRoleConfig,
  ask: (node: RoleRedis, asked: RedisHost) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const host of config.place.kind === 'cluster' ? config.place.nodes : []) {
    try {
      return await withAdmin(asSingle(config, host), (node) => ask(node, host));
    } catch (error) {
      if (!(error instanceof AclConnectionError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Asks one sentinel after the other, until one knows the master. Throws AclConnectionError when none does. */
export async function askSentinels(config: RedisRoleConfig): Promise<SentinelView> {
  if (config.place.kind !== 'sentinel') throw new Error('this place has no sentinels');
  let failure: unknown;
  for (const { host, port } of config.place.sentinels) {
    const { name } = config.place;
    try {
      return await atSentinel(config, { host, port }, (sentinel) => viewOf(sentinel, name, `${host}:${port}`));
    } catch (error) {
      if (!(error instanceof AclConnectionError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** Signs in at one sentinel, runs `work`, and closes the connection. Throws AclConnectionError. */
export function atSentinel<T>(
  { place, tls, ca, serverName }: RedisRoleConfig,
  { host, port }: RedisHost,
  work: (sentinel: RoleRedis) => Promise<T>,
): Promise<T> {
  const { username, password } = place.kind === 'sentinel' ? place : {};
  const sentinel = { place: { kind: 'single', host, port }, tls, ca, serverName, username, password, db: 0 } as const;
  return withAdmin(sentinel, work);
}

/** What this sentinel knows of the master called `name`. Throws AclConnectionError when it knows none. */
export async function viewOf(sentinel: RoleRedis, name: string, where: string): Promise<SentinelView> {
  const master = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)) as [string, string] | null;
  if (!master) {
    const message = `knows no master "${name}": correct REDIS_SENTINEL_NAME`;
    throw new AclConnectionError({ code: 'REDIS_NO_MASTER', message }, `sentinel ${where}`);
  }
  const replicas = (await sentinel.call('SENTINEL', 'REPLICAS', name)) as string[][];
  return { master: { host: master[0], port: Number(master[1]) }, replicas: replicas.map(addressOf) };
}

/** Names and values in turn. */
function addressOf(fields: readonly string[]): RedisHost {
  const valueOf = (name: string) => fields[fields.indexOf(name) + 1] ?? '';
  return { host: valueOf('ip'), port: Number(valueOf('port')) };
}
