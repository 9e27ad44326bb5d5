import { randomUUID } from 'node:crypto';

import type { RedisRoleConfig } from '../../config/redis-config.js';
import { classifyRedisError } from '../redis-error.js';
import { keys } from '../redis.keys.js';
import type { RedisRoleName } from '../redis.roles.js';
import type { RoleClient } from '../role-client.js';
import { adapterRoundTrip } from './adapter-round-trip.js';
import { type AclCheck, attempt, checked } from './check.js';
import { AclConnectionError, withConnection } from './connection.js';
import { type Action, roleActions } from './role-actions.js';

/** Says that a refusal is provoked on purpose: before and after each. */
export type Announce = () => Promise<void>;

/** Signs in as a role and tries what it may do and, where refusals can be announced, what it must be refused. */
export async function verifyRole(
  role: RedisRoleName,
  config: RedisRoleConfig,
  announce: Announce | undefined,
): Promise<AclCheck[]> {
  const expectRefusals = announce !== undefined;
  const subject = config.username ?? 'default';
  const check = `${role}: signs in, db ${config.db}`;
  try {
    return await withConnection(role, config, async (connection) => {
      const place = await attempt(subject, check, () => checkPlace(connection, config, expectRefusals));
      if (place.result === 'failed') return [place];
      return [
        place,
        ...(await tryActions(role, subject, connection, announce)),
        ...(await roundTrip(role, subject, connection)),
      ];
    });
  } catch (error) {
    if (!(error instanceof AclConnectionError)) throw error;
    return [checked(subject, check, [error.message])];
  }
}

async function checkPlace(connection: RoleClient, config: RedisRoleConfig, mayAsk: boolean): Promise<string[]> {
  const place = await connection.client('INFO').then(String, (error: unknown) => {
    // Our own users may ask. A managed service may forbid it, which says nothing against it.
    if (mayAsk || classifyRedisError(error).code !== 'REDIS_NOPERM') throw error;
    return undefined;
  });
  if (place === undefined) return [];
  const field = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(place)?.[1] ?? '';
  const user = config.username ?? 'default';
  return [
    ...(field('user') === user ? [] : [`is ${field('user')} instead of ${user}`]),
    ...(field('db') === String(config.db) ? [] : [`is in db ${field('db')} instead of ${config.db}`]),
  ];
}

async function tryActions(
  role: RedisRoleName,
  subject: string,
  connection: RoleClient,
  announce: Announce | undefined,
): Promise<AclCheck[]> {
  const { allowed, refused } = roleActions(role);
  const failures = await eachAction(allowed, (action) => outcome(connection, action));
  const allowedCheck = checked(subject, `${role}: ${allowed.length} allowed actions`, failures);
  if (!announce) return [allowedCheck];
  const leaks = await eachAction(refused, async (action) => {
    await announce();
    const code = await outcome(connection, action);
    await announce();
    return code === 'REDIS_NOPERM' ? undefined : (code ?? 'was let through');
  });
  return [allowedCheck, checked(subject, `${role}: ${refused.length} refused actions`, leaks)];
}

async function eachAction(
  actions: readonly Action[],
  complaint: (action: Action) => Promise<string | undefined>,
): Promise<string[]> {
  const complaints: string[] = [];
  for (const action of actions) {
    const wrong = await complaint(action);
    if (wrong !== undefined) complaints.push(`${action.slice(0, 2).join(' ')}: ${wrong}`);
  }
  return complaints;
}

/** The code of the refusal or failure; undefined when the server did it. */
async function outcome(connection: RoleClient, [command, ...args]: Action): Promise<string | undefined> {
  try {
    await connection.call(command, ...args);
    return undefined;
  } catch (error) {
    return classifyRedisError(error).code;
  }
}

async function roundTrip(role: RedisRoleName, subject: string, connection: RoleClient): Promise<AclCheck[]> {
  if (role === 'app') return [await attempt(subject, 'app: cache round trip', () => cacheRoundTrip(connection))];
  if (role === 'websocket') {
    return [await attempt(subject, 'websocket: adapter round trip', () => adapterRoundTrip(connection))];
  }
  return [];
}

async function cacheRoundTrip(connection: RoleClient): Promise<string[]> {
  const [key, value] = [keys.cacheHealth(`verify:${randomUUID()}`), randomUUID()];
  await connection.set(key, value, 'EX', 10);
  const read = await connection.get(key);
  const dropped = await connection.unlink(key);
  return [
    ...(read === value ? [] : ['read something else than was written']),
    ...(dropped === 1 ? [] : ['the written value was gone before it was dropped']),
  ];
}
