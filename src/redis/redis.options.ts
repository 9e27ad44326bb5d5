import { isIP } from 'node:net';
import type { RedisOptions } from 'ioredis';
import type { RedisRoleConfig } from '../config/redis-config.js';
import { loginOf } from './role-login.js';
import type { RoleRedisOptions } from './role-redis.js';

/** Address, login and name of a connection; `name` shows in CLIENT LIST as `naboom:<name>`, and what RoleRedis adds. */
export function addressOptions(config: RedisRoleConfig, name: string): RedisOptions & Pick<RoleRedisOptions, 'login'> {
  const login = loginOf(config);
  return {
    ...placeOptions(config),
    db: config.db,
    ...(config.username ? { username: config.username } : {}),
    ...(config.password ? { password: config.password } : {}),
    ...(config.tls ? { tls: tlsOptions(config) } : {}),
    ...(login ? { login } : {}),
    connectionName: `naboom:${name}`,
    // A master that became a replica: what asks again may find the new one, by a sentinel or a name that moved.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    // CLIENT SETINFO is unknown to Redis 7.0 and would need a grant on later ones.
    disableClientInfo: true,
    // While Redis loads its data, ioredis asks again only when the server expects to be done, up to 10 s later.
    maxLoadingRetryTime: 500,
    // ioredis' timer for this (2 s by default) outlives a socket that is closed already, and holds a process that ends.
    disconnectTimeout: 250,
  };
}

/** How ioredis finds the server; the nodes of a Cluster are found by the connection itself. */
function placeOptions({ place, tls, ...trust }: RedisRoleConfig): RedisOptions {
  if (place.kind === 'single') return { host: place.host, port: place.port };
  if (place.kind === 'cluster') return {};
  const { sentinels, name, username, password } = place;
  return {
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    name,
    ...(username ? { sentinelUsername: username } : {}),
    ...(password ? { sentinelPassword: password } : {}),
    ...(tls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOptions({ place, tls, ...trust }) } : {}),
    // Of its own, ioredis asks a sentinel that hangs for ever; never `failoverDetector`, which ends connections for good.
    sentinelCommandTimeout: 1000,
    sentinelRetryStrategy: (attempt) => reconnectDelay(attempt),
  };
}

function tlsOptions({ place, ca, serverName }: RedisRoleConfig): NonNullable<RedisOptions['tls']> {
  // ioredis sends no server name by itself; a service behind SNI would answer for another host.
  const host = serverName ?? (place.kind === 'single' && !isIP(place.host) ? place.host : undefined);
  return { ...(host ? { servername: host } : {}), ...(ca ? { ca } : {}), minVersion: 'TLSv1.2' };
}

/** Back-off of reconnects: grows by `stepMs`, at most a second, with jitter so that nodes do not come in step. */
export function reconnectDelay(attempt: number, stepMs = 50): number {
  return Math.min(attempt * stepMs, 1000) + Math.floor(Math.random() * 100);
}

/**
 * For commands on a request's path: fails in about a second when Redis is away or hangs, and never sends twice
 * (ioredis resends unanswered commands after a reconnect otherwise, which would write twice).
 */
export const REQUEST_PATH: RedisOptions = {
  connectTimeout: 1000,
  commandTimeout: 1000,
  socketTimeout: 3000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  retryStrategy: (attempt) => reconnectDelay(attempt),
};

/** For a subscriber: waits for Redis as long as it takes, and takes its subscriptions up again. */
export const SUBSCRIBER: RedisOptions = {
  connectTimeout: 1000,
  maxRetriesPerRequest: null,
  enableOfflineQueue: true,
  autoResubscribe: true,
  // It has questions to answer that are asked again and again (Hearing): a server that hangs is noticed by silence, also
  // one that takes the connection and never says a word.
  socketTimeout: 3000,
  retryStrategy: (attempt) => reconnectDelay(attempt),
};

/** For a blocking reader: its BLOCK must be shorter than `socketTimeout`, which notices a hung server. */
export const BLOCKING_READER: RedisOptions = {
  connectTimeout: 1000,
  socketTimeout: 5000,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  retryStrategy: (attempt) => reconnectDelay(attempt),
};
