import { createConnection, type Socket } from 'node:net';
import type { RedisIsolation, RedisRoleConfig } from '../config/redis-config.js';
import { firstHost, placeName, type RedisHost } from '../config/redis-place.js';
import type { RedisFailure } from '../redis/redis-error.js';
import type { RedisRoleName } from '../redis/redis.roles.js';

/** One Redis login as an operator knows it: by its variables. */
export interface RedisLogin {
  /** Whose credentials are used: the queue may borrow app's. */
  readonly role: RedisRoleName;
  readonly config: RedisRoleConfig;
  readonly isolation: RedisIsolation;
}

const PROBE_WITHIN_MS = 1000;

/** What went wrong with a login and what to do, in one line without secrets. */
export async function adviseOnLogin(login: RedisLogin, { code, message }: RedisFailure): Promise<string> {
  const { config, isolation, role } = login;
  const where = placeName(config.place);
  const user = config.username ?? 'default';
  switch (code) {
    case 'REDIS_WRONGPASS':
      return `Redis at ${where} refuses the login of ${user} (WRONGPASS): correct ${passwordVariable(role, isolation)}${isolation === 'acl' ? ', or give the server its users with "npm run acl -- apply"' : ''}`;
    case 'REDIS_NOAUTH':
      return `Redis at ${where} asks for a login and none is configured (NOAUTH): set REDIS_PASSWORD (one user for all), or REDIS_<ROLE>_PASSWORD for each role`;
    case 'REDIS_NOPERM':
      return `Redis user ${user} at ${where} lacks a permission (NOPERM): "npm run acl -- diff" shows which, "npm run acl -- apply" grants it`;
    case 'REDIS_TLS':
      return `TLS with Redis at ${where} fails. ${message}`;
    case 'REDIS_NO_MASTER':
      return `Redis at ${where}: ${message}. Correct REDIS_SENTINELS, REDIS_SENTINEL_NAME or the login at the sentinels`;
    case 'REDIS_UNREACHABLE':
      return (await listens(config))
        ? `Something listens at ${where} but does not speak ${config.tls ? 'Redis over TLS' : 'plain Redis'}: ${config.tls ? 'write redis:// for a server without TLS, say "tls-auth-clients no" on one that wants a client certificate' : 'write rediss:// for a server with TLS'}, or correct the address`
        : `Redis cannot be reached at ${where}: start it, correct REDIS_URL, or leave REDIS_URL empty so that "npm start" starts one`;
    case 'REDIS_TIMEOUT':
      if (config.tls && (await speaksPlainRedis(config))) {
        return `Redis at ${where} speaks no TLS: write redis:// instead of rediss://`;
      }
      return `Redis at ${where} accepts connections but does not answer: is it overloaded, paused, or not a Redis?`;
    case 'REDIS_WRONG_DB':
      return `Redis user ${user} at ${where} does not reach database ${config.db}: grant +select|${config.db} ("npm run acl -- apply")`;
    case 'REDIS_READONLY':
      return `Redis at ${where} is a read-only replica: point REDIS_URL to the primary, or let REDIS_SENTINELS find it`;
    case 'REDIS_LOADING':
      return `Redis at ${where} is still loading its data: wait and try again`;
    case 'REDIS_OOM':
      return `Redis at ${where} has reached its maxmemory: raise it (alerts go on through Postgres, later)`;
    case 'REDIS_MISCONF':
      return `Redis at ${where} cannot persist its data: is its disk full?`;
    case 'REDIS_ERROR':
      return `Redis at ${where} answers ${user} with an error: is it Redis 7.0 or later?`;
  }
}

function passwordVariable(role: RedisRoleName, isolation: RedisIsolation): string {
  if (isolation === 'shared') return 'REDIS_USERNAME or REDIS_PASSWORD';
  return `REDIS_${role.toUpperCase()}_PASSWORD`;
}

function listens({ place }: RedisRoleConfig): Promise<boolean> {
  return converse(firstHost(place), (socket, settle) => socket.once('connect', () => settle(true)));
}

/** A plain server waits for the end of the line of a TLS greeting, for ever: only asking it in plain tells. */
function speaksPlainRedis({ place }: RedisRoleConfig): Promise<boolean> {
  return converse(firstHost(place), (socket, settle) => {
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => settle(/^[+-]/.test(answer.toString('latin1'))));
  });
}

function converse(
  { host, port }: RedisHost,
  ask: (socket: Socket, settle: (answer: boolean) => void) => void,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: PROBE_WITHIN_MS });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    ask(socket, settle);
    for (const failure of ['timeout', 'error', 'close'] as const) socket.once(failure, () => settle(false));
  });
}
