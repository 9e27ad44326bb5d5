import type { RedisRoleConfig } from '../../config/redis-config.js';
import { placeName } from '../../config/redis-place.js';
import type { RedisOptions } from 'ioredis';
import { classifyRedisError, type RedisFailure } from '../redis-error.js';
import type { RedisRoleName } from '../redis.roles.js';
import { openRole, openRoleAt, type RoleClient } from '../role-client.js';
import type { RoleRedis, RoleRedisOptions } from '../role-redis.js';

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
  sentinelRetryStrategy: () => null,
  lazyConnect: true,
};

/** Signs in to one server as the administrator, or as whoever the configuration names; see {@link withConnection}. */
export function withAdmin<T>(config: RedisRoleConfig, work: (connection: RoleRedis) => Promise<T>): Promise<T> {
  return use(
    config,
    (options) => openRoleAt(undefined, asConfigured(config), 'admin:acl', { ...options, naboomRole: 'admin' }),
    work,
  );
}

/** Signs in as a role, runs `work`, and closes the connections. Throws AclConnectionError. */
export function withConnection<T>(
  role: RedisRoleName,
  config: RedisRoleConfig,
  work: (connection: RoleClient) => Promise<T>,
): Promise<T> {
  return use(
    config,
    (options) => openRole(asConfigured(config), `${role}:acl`, { ...options, naboomRole: role }),
    work,
  );
}

/** By the password of the configuration, and not by what its file may say by now. */
function asConfigured(config: RedisRoleConfig): RedisRoleConfig {
  const { passwordFile: _, ...byPassword } = config;
  return byPassword;
}

async function use<C extends RoleClient, T>(
  config: RedisRoleConfig,
  open: (options: Omit<RoleRedisOptions, 'naboomRole'>) => C,
  work: (connection: C) => Promise<T>,
): Promise<T> {
  const clones = new Set<RoleClient>();
  const connection = open({ ...ONE_TRY, onOpen: (opened) => clones.add(opened) });
  const where = `${config.username ?? 'default'} at ${placeName(config.place)}`;
  try {
    await connect(connection, where);
    return await work(connection);
  } catch (error) {
    throw whenLost(error, where);
  } finally {
    connection.disconnect();
    for (const opened of clones) opened.disconnect();
  }
}

/** A server that goes away in the middle of the work is like one that never answered. */
function whenLost(error: unknown, where: string): unknown {
  if (error instanceof AclConnectionError) return error;
  const failure = classifyRedisError(error);
  const isLost = failure.code === 'REDIS_UNREACHABLE' || failure.code === 'REDIS_TIMEOUT';
  return isLost ? new AclConnectionError(failure, where) : error;
}

async function connect(connection: RoleClient, where: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  // ioredis' connectTimeout does not cover the login: a server that accepts and never answers would hang.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), CONNECT_WITHIN_MS);
    // Of a Cluster that is down, ioredis' promise says nothing.
    connection.once('end', () => reject(new Error('Connection is closed.')));
  });
  late.catch(() => undefined);
  try {
    await Promise.race([connection.connect(), late]);
  } catch (error) {
    throw new AclConnectionError(connection.lastFailure ?? classifyRedisError(error), where);
  } finally {
    clearTimeout(timer);
  }
}
