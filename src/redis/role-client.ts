import type { RedisRoleConfig } from '../config/redis-config.js';
import { slotOptions } from './cluster-connector.js';
import { followMaster } from './follow-master.js';
import { channels, keys } from './redis.keys.js';
import { addressOptions } from './redis.options.js';
import type { RedisRoleName } from './redis.roles.js';
import { RoleCluster } from './role-cluster.js';
import { RoleRedis, type RoleRedisOptions } from './role-redis.js';

/** A connection of a role, to one server or to the nodes of a Cluster: what both can do. */
export type RoleClient = Pick<RoleRedis, Extract<keyof RoleRedis, keyof RoleCluster>>;

/** Roles whose work falls into one slot of a Cluster, by a key or channel of it; `ANY_NODE` where every node will do. */
const ANY_NODE = undefined;
const ONE_SLOT = new Map<RedisRoleName | 'admin', string | typeof ANY_NODE>([
  ['queue', keys.queuePrefix()],
  ['websocket', channels.adapterPrefix()],
  ['monitoring', ANY_NODE],
]);

/**
 * Opens a connection of the role where its configuration says. On a Cluster, a role whose work falls into one slot gets a
 * plain connection to the node that serves it, the others one to all nodes.
 * @param name of the connection, shown in CLIENT LIST
 */
export function openRole(config: RedisRoleConfig, name: string, options: RoleRedisOptions): RoleClient {
  const { place } = config;
  const { naboomRole } = options;
  if (place.kind !== 'cluster' || ONE_SLOT.has(naboomRole)) {
    return openRoleAt(ONE_SLOT.get(naboomRole), config, name, options);
  }
  return new RoleCluster({
    ...addressOptions(config, name),
    ...options,
    db: 0,
    clusterNodes: place.nodes,
  }) as unknown as RoleClient;
}

/** Opens a plain connection: to the role's server, or to the node of its Cluster that serves the key. */
export function openRoleAt(
  key: string | undefined,
  config: RedisRoleConfig,
  name: string,
  options: RoleRedisOptions,
): RoleRedis {
  const address = addressOptions(config, name);
  const { place } = config;
  if (place.kind !== 'cluster') return new RoleRedis({ ...address, ...options });
  const connection = new RoleRedis({ ...address, ...options, ...slotOptions(place, key), db: 0 });
  if (key !== undefined) followMaster(connection);
  return connection;
}
