import type { Config } from '../config/config.js';
import type { RedisErrorCode } from '../redis/redis-error.js';
import { REDIS_ROLES, type RedisRoleName } from '../redis/redis.roles.js';

/** What a probe says of one Redis user. */
export type UserStatus = 'healthy' | 'authentication_failed' | 'connection_failed' | 'permission_denied' | 'error';

export interface UserHealth {
  readonly userStatus: UserStatus;
  readonly operations: 'working' | 'failed';
  readonly responseTimeMs: number;
  /** Why it is not healthy, in words that are safe to show. */
  readonly error?: string;
  readonly code?: RedisErrorCode;
}

/** The status that a failure of Redis means for the user that met it. */
export function userStatusOf(code: RedisErrorCode): UserStatus {
  switch (code) {
    case 'REDIS_WRONGPASS':
    case 'REDIS_NOAUTH':
      return 'authentication_failed';
    case 'REDIS_UNREACHABLE':
    case 'REDIS_TIMEOUT':
    case 'REDIS_TLS':
    case 'REDIS_NO_MASTER':
      return 'connection_failed';
    case 'REDIS_NOPERM':
      return 'permission_denied';
    case 'REDIS_READONLY':
    case 'REDIS_LOADING':
    case 'REDIS_OOM':
    case 'REDIS_MISCONF':
    case 'REDIS_WRONG_DB':
    case 'REDIS_ERROR':
      return 'error';
  }
}

/** The name a role has in the report: its ACL user, or the name of that user's part where one user plays all. */
export function reportName({ redis }: Config, role: RedisRoleName): string {
  const user = redis.isolation === 'acl' ? redis.roles[role].username : undefined;
  return user ?? REDIS_ROLES[role].user;
}
