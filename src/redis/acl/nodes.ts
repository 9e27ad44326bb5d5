import type { RedisConfig, RedisRoleConfig } from '../../config/redis-config.js';
import { placeName } from '../../config/redis-place.js';
import { readRedisUrl } from '../../config/redis-url.js';
import { REDIS_ROLE_NAMES } from '../redis.roles.js';
import { PolicyError } from './policy.js';

/**
 * Every server of the roles, and the further ones named (replicas: Redis copies no users to them), to be entered as
 * the administrator. Throws PolicyError on an address that cannot be read.
 */
export function adminNodes(redis: RedisConfig, further: readonly string[]): RedisRoleConfig[] {
  const { admin } = redis;
  const nodes = new Map<string, RedisRoleConfig>();
  const add = ({ place, tls, ca, serverName }: Pick<RedisRoleConfig, 'place' | 'tls' | 'ca' | 'serverName'>) => {
    const name = placeName(place);
    const { username, password } = admin ?? {};
    if (!nodes.has(name)) nodes.set(name, { place, tls, ca, serverName, username, password, db: 0 });
  };
  for (const role of REDIS_ROLE_NAMES) add(redis.roles[role]);
  for (const url of further) {
    const address = readRedisUrl(url);
    if ('problem' in address) throw new PolicyError(`--node ${address.problem}`);
    const { tls, ...host } = address;
    add({ place: { kind: 'single', ...host }, tls, ca: redis.roles.app.ca, serverName: redis.roles.app.serverName });
  }
  return [...nodes.values()];
}
