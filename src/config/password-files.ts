import { REDIS_ROLE_NAMES, type RedisRoleName } from '../redis/redis.roles.js';
import type { RedisConfig, RedisRoleConfig } from './redis-config.js';

/**
 * Adds to each role the file that its password was read from: whoever watches it finds the next one there.
 * @param tagKey a secret that processes and the command line have in common
 */
export function withPasswordFiles(
  redis: RedisConfig,
  files: Readonly<Record<string, string>>,
  tagKey: string,
): RedisConfig {
  const { isolation, roles, admin } = redis;
  if (isolation === 'none') return redis;
  const read = (config: RedisRoleConfig, name: string): RedisRoleConfig =>
    files[name] === undefined ? config : { ...config, passwordFile: { path: files[name], name, tagKey } };
  const nameOf = (role: RedisRoleName) =>
    isolation === 'shared' ? 'REDIS_PASSWORD' : `REDIS_${signerOf(role, redis).toUpperCase()}_PASSWORD`;
  const named = REDIS_ROLE_NAMES.map((role) => [role, read(roles[role], nameOf(role))] as const);
  return {
    ...redis,
    roles: Object.fromEntries(named) as Record<RedisRoleName, RedisRoleConfig>,
    admin: admin && read(admin, 'REDIS_MASTER_PASSWORD'),
  };
}

/** Whose user a role signs in as: the queue borrows app's until it has its own. */
function signerOf(role: RedisRoleName, { roles }: RedisConfig): RedisRoleName {
  return role === 'queue' && roles.queue.username === roles.app.username ? 'app' : role;
}
