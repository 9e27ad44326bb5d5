import { classifyRedisError, type RedisFailure } from './redis-error.js';
import type { RoleRedis } from './role-redis.js';

/**
 * Why a command failed. A connection that is down refuses commands without a reason ("Stream isn't writeable"); it
 * knows the reason itself, such as a refused login.
 */
export function redisFailureOf(error: unknown, connection: RoleRedis): RedisFailure {
  const failure = classifyRedisError(error);
  return failure.code === 'REDIS_UNREACHABLE' ? (connection.lastFailure ?? failure) : failure;
}
