import type { RedisConfig, RedisRoleConfig } from '../config/redis-config.js';
import { hostName, type RedisHost } from '../config/redis-place.js';
import { type AclCheck, checked } from '../redis/acl/check.js';
import { AclConnectionError } from '../redis/acl/connection.js';
import { atSentinel, viewOf } from '../redis/acl/find-servers.js';
import { classifyRedisError } from '../redis/redis-error.js';
import type { RoleRedis } from '../redis/role-redis.js';
import { REDIS_ROLE_NAMES } from '../redis/redis.roles.js';

const SUBJECT = 'redis sentinel';

/** Each sentinel of the configuration: does it answer, and could it replace a master that is lost now? */
export async function checkSentinels(redis: RedisConfig): Promise<AclCheck[]> {
  // The place of all roles that have no server of their own: one at most has sentinels.
  const watched = REDIS_ROLE_NAMES.map((role) => redis.roles[role]).find(({ place }) => place.kind === 'sentinel');
  if (watched?.place.kind !== 'sentinel') return [];
  const { name, sentinels } = watched.place;
  return Promise.all(sentinels.map((sentinel) => checkSentinel(watched, sentinel, name)));
}

async function checkSentinel(watched: RedisRoleConfig, sentinel: RedisHost, name: string): Promise<AclCheck> {
  const where = hostName(sentinel);
  try {
    return await atSentinel(watched, sentinel, async (connection) => {
      const { master, replicas } = await viewOf(connection, name, where);
      const known = `${where} knows master ${hostName(master)} and ${replicas.length} replica(s)`;
      const problems = replicas.length === 0 ? ['no replica could take the place of the master: add one'] : [];
      return checked(SUBJECT, known, [...problems, ...(await quorumProblems(connection, name))]);
    });
  } catch (error) {
    const message = error instanceof AclConnectionError ? error.message : classifyRedisError(error).message;
    return checked(SUBJECT, `${where} answers`, [message]);
  }
}

async function quorumProblems(sentinel: RoleRedis, name: string): Promise<string[]> {
  try {
    await sentinel.call('SENTINEL', 'CKQUORUM', name);
    return [];
  } catch (error) {
    // It is a question more than a client needs, and may be refused.
    if (classifyRedisError(error).code === 'REDIS_NOPERM') return [];
    return ['too few sentinels see each other for a failover: start the others, or correct the quorum'];
  }
}
