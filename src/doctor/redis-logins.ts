import type { RedisConfig, RedisIsolation } from '../config/redis-config.js';
import { placeName } from '../config/redis-place.js';
import { type AclCheck, checked } from '../redis/acl/check.js';
import { AclConnectionError, withConnection } from '../redis/acl/connection.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { REDIS_ROLE_NAMES, type RedisRoleName } from '../redis/redis.roles.js';
import type { RoleClient } from '../redis/role-client.js';
import { adviseOnLogin } from './redis-advice.js';

/** Signs in as every role at once. */
export function checkLogins(redis: RedisConfig): Promise<AclCheck[]> {
  return Promise.all(REDIS_ROLE_NAMES.map((role) => checkLogin(role, redis)));
}

async function checkLogin(role: RedisRoleName, redis: RedisConfig): Promise<AclCheck> {
  const config = redis.roles[role];
  const subject = `redis ${role}`;
  const check = `${config.username ?? 'default'} signs in at ${placeName(config.place)}, database ${config.db}`;
  const failure = await tryAs(role, redis, (connection) => connection.ping());
  return checked(subject, check, failure === undefined ? [] : [failure]);
}

/** Runs `work` as a role; gives the advice for the failure, or undefined when it went well. */
export async function tryAs(
  role: RedisRoleName,
  redis: RedisConfig,
  work: (connection: RoleClient) => Promise<unknown>,
): Promise<string | undefined> {
  const config = redis.roles[role];
  try {
    await withConnection(role, config, async (connection) => {
      await work(connection);
      if (!(await isInItsDatabase(connection, config.db, redis.isolation))) throw new Error('WRONGDB');
    });
    return undefined;
  } catch (error) {
    const failure = error instanceof AclConnectionError ? error.failure : classifyRedisError(error);
    const borrowed = role === 'queue' && config.username === redis.roles.app.username;
    return adviseOnLogin({ role: borrowed ? 'app' : role, config, isolation: redis.isolation }, failure);
  }
}

/** ioredis goes on in database 0 when SELECT is refused; only the connection itself knows. */
async function isInItsDatabase(connection: RoleClient, db: number, isolation: RedisIsolation): Promise<boolean> {
  try {
    return String(await connection.client('INFO')).includes(` db=${db} `);
  } catch (error) {
    // Our own users may ask. A managed service may forbid it, which says nothing against it.
    if (isolation !== 'acl' && classifyRedisError(error).code === 'REDIS_NOPERM') return true;
    throw error;
  }
}
