import type { RedisRoleConfig } from '../../config/redis-config.js';
import { placeName } from '../../config/redis-place.js';
import type { RedisOptions } from 'ioredis';
import { classifyRedisError, type RedisFailure } from '../redis-error.js';
import { addressOptions } from '../redis.options.js';
import type { RedisRoleName } from '../redis.roles.js';
import { RoleRedis } from '../role-redis.js';

/** A server could not be reached, or refused the login; the message holds no secret. */
export class AclConnectionError extends Error {
  override readonly name = 'AclConnectionError';
  constructor(
    readonly failure: RedisFailure,
    where: string,
  ) {
    super(`${where}: ${failure.message} (${failure.code})`);
  }
}

const CONNECT_WITHIN_MS = 2000;

/** One try, one answer: the command line reports a failure instead of trying again. */
const ONE_TRY: RedisOptions = {
  connectTimeout: CONNECT_WITHIN_MS,
  commandTimeout: 5000,
  socketTimeout: 10_000,
  maxRetriesPerRequest: 0,
  retryStrategy: () => null,
  lazyConnect: true,
};

/** Signs in for the command line, runs `work`, and closes the connections. Throws AclConnectionError. */
export async function withConnection<T>(
  role: RedisRoleName | 'admin',
  config: RedisRoleConfig,
  work: (connection: RoleRedis) => Promise<T>,
): Promise<T> {
  const clones = new Set<RoleRedis>();
  const connection = new RoleRedis({
    ...ONE_TRY,
    // As the configuration says it, and not as a file may say by now.
    ...addressOptions({ ...config, passwordFile: undefined }, `${role}:acl`),
    sentinelRetryStrategy: () => null,
    naboomRole: role,
    onOpen: (opened) => clones.add(opened),
  });
  try {
    await connect(connection, `${config.username ?? 'default'} at ${placeName(config.place)}`);
    return await work(connection);
  } finally {
    for (const opened of clones) opened.disconnect();
  }
}

async function connect(connection: RoleRedis, where: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  // ioredis' connectTimeout does not cover the login: a server that accepts and never answers would hang.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), CONNECT_WITHIN_MS);
  });
  try {
    await Promise.race([connection.connect(), late]);
  } catch (error) {
    throw new AclConnectionError(connection.lastFailure ?? classifyRedisError(error), where);
  } finally {
    clearTimeout(timer);
  }
}
