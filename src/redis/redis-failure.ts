import { classifyRedisError, type RedisFailure } from './redis-error.js';
import type { RoleClient } from './role-client.js';

/**
 * Why a command failed. A connection that is down refuses commands without a reason ("Stream isn't writeable"); it
 * knows the reason itself, such as a refused login.
 */
export function redisFailureOf(error: unknown, connection: RoleClient): RedisFailure {
  const failure = classifyRedisError(error);
  return failure.code === 'REDIS_UNREACHABLE' ? (connection.lastFailure ?? failure) : failure;
}
