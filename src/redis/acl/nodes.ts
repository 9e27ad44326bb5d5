import type { RedisConfig, RedisRoleConfig } from '../../config/redis-config.js';
import { placeName } from '../../config/redis-place.js';
import { readRedisUrl } from '../../config/redis-url.js';
import { REDIS_ROLE_NAMES } from '../redis.roles.js';
import { type AtFailure, notWithout } from './away.js';
import { serversOf } from './find-servers.js';
import { PolicyError } from './policy.js';

/**
 * Every server of the roles, with all that Sentinel knows of, and the further ones named: Redis copies no users to
 * replicas. They are to be entered as the administrator.
 * @param atFailure is told of a place where nobody can be asked for the servers
 * Throws PolicyError on an address that cannot be read, what `atFailure` throws, and AclConnectionError where no server is
 * left.
 */
export async function adminNodes(
  redis: RedisConfig,
  further: readonly string[],
  atFailure: AtFailure = notWithout,
): Promise<RedisRoleConfig[]> {
  const { username, password } = redis.admin ?? {};
  const places = new Map<string, RedisRoleConfig>();
  const nodes = new Map<string, RedisRoleConfig>();
  const add = ({ place, tls, ca, serverName }: Pick<RedisRoleConfig, 'place' | 'tls' | 'ca' | 'serverName'>) => {
    const name = placeName(place);
    if (!nodes.has(name)) nodes.set(name, { place, tls, ca, serverName, username, password, db: 0 });
  };
  let failure: unknown;
  for (const role of REDIS_ROLE_NAMES) places.set(placeName(redis.roles[role].place), redis.roles[role]);
  for (const config of places.values()) {
    // The nodes of a Cluster are its administrator's to know; sentinels have a login of their own.
    const asking = redis.admin ? { ...config, username, password } : config;
    try {
      for (const server of await serversOf(asking, redis.admin !== undefined)) add(server);
    } catch (error) {
      atFailure(placeName(config.place), error);
      failure = error;
    }
  }
  for (const url of further) {
    const address = readRedisUrl(url);
    if ('problem' in address) throw new PolicyError(`--node ${address.problem}`);
    const { tls, ...host } = address;
    add({ place: { kind: 'single', ...host }, tls, ca: redis.roles.app.ca, serverName: redis.roles.app.serverName });
  }
  if (nodes.size === 0) throw failure;
  return [...nodes.values()];
}
