import { once } from 'node:events';
import type { RedisFailure } from '../redis/redis-error.js';
import { redisFailureOf } from '../redis/redis-failure.js';
import type { RoleClient } from '../redis/role-client.js';
import { readServerInfo } from '../redis/server-info.js';
import { within } from '../time-limit.js';
import { userStatusOf, type UserHealth } from './user-health.js';

const PROBE_LIMIT_MS = 1000;
/** How long a connection that has not failed yet may take to be ready: at boot, or right after a cut. */
const SETTLE_MS = 500;

/** Thrown by a probe whose commands were answered, but not as they must be. */
export class ProbeFailure extends Error {}

/**
 * Probes a user over its own live connections: `work` does what the user is for. Never throws.
 * @param connections what `work` uses; a connection that is down tells why
 */
export async function probeUser(connections: readonly RoleClient[], work: () => Promise<void>): Promise<UserHealth> {
  const started = performance.now();
  const failure = await failureOf(connections, work);
  const responseTimeMs = Math.round((performance.now() - started) * 10) / 10;
  if (!failure) return { userStatus: 'healthy', operations: 'working', responseTimeMs };
  const { code, message } = failure;
  return { userStatus: userStatusOf(code), operations: 'failed', responseTimeMs, error: message, code };
}

async function failureOf(
  connections: readonly RoleClient[],
  work: () => Promise<void>,
): Promise<RedisFailure | undefined> {
  try {
    await within(PROBE_LIMIT_MS, Promise.all(connections.map(settle)).then(work));
    // Commands also succeed in the moment before a connection in the wrong place is closed.
    return connections.find(({ lastFailure }) => lastFailure?.code === 'REDIS_WRONG_DB')?.lastFailure;
  } catch (error) {
    if (error instanceof ProbeFailure) return { code: 'REDIS_ERROR', message: error.message };
    return explain(error, connections);
  }
}

async function settle(connection: RoleClient): Promise<void> {
  if (connection.status === 'ready' || connection.lastFailure) return;
  await once(connection, 'ready', { signal: AbortSignal.timeout(SETTLE_MS) }).catch(() => undefined);
}

async function explain(error: unknown, connections: readonly RoleClient[]): Promise<RedisFailure> {
  const down = connections.find(({ status }) => status !== 'ready');
  if (!down) return redisFailureOf(error, connections[0]!);
  return (await isLoading(down))
    ? { code: 'REDIS_LOADING', message: 'Redis is still loading its data' }
    : (down.lastFailure ?? redisFailureOf(error, down));
}

/** ioredis keeps a connection from being ready while the server loads; INFO is answered all the same. */
async function isLoading(connection: RoleClient): Promise<boolean> {
  if (connection.status !== 'connect') return false;
  try {
    const answer = await within(SETTLE_MS, connection.info('persistence'));
    return readServerInfo(answer).get('loading') === '1';
  } catch {
    return false;
  }
}
