import { isDeepStrictEqual } from 'node:util';
import type { EnvName, EnvValues } from './env-vars.js';
import { DEFAULT_REDIS_URL } from './redis-vars.js';
import { readRedisUrl, type RedisAddress } from './redis-url.js';

/** One server's address, as names and numbers. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
}

/** Where a role finds its Redis: one server, whichever server Sentinel calls the master, or a Cluster. */
export type RedisPlace =
  | ({ readonly kind: 'single' } & RedisHost)
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisHost[];
      /** What the sentinels call the master. */
      readonly name: string;
      /** The login at the sentinels themselves; they have users of their own. */
      readonly username?: string;
      readonly password?: string;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisHost[] };

/** A place, and how it is spoken to. */
export interface ReachedPlace {
  readonly place: RedisPlace;
  /** TLS with the servers, and with the sentinels. */
  readonly tls: boolean;
}

const SENTINEL_PORT = 26_379;
const REDIS_PORT = 6379;
/** Sentinels have a login of their own, not that of a role. */
const OWN_LOGIN: Partial<Record<EnvName, string>> = {
  REDIS_SENTINELS: '(REDIS_SENTINEL_USER and REDIS_SENTINEL_PASSWORD)',
};

/** How a place is called in reports; holds no secret. */
export function placeName(place: RedisPlace): string {
  switch (place.kind) {
    case 'single':
      return hostName(place);
    case 'sentinel':
      return `the master "${place.name}" of the sentinels ${place.sentinels.map(hostName).join(', ')}`;
    case 'cluster':
      return `the cluster ${place.nodes.map(hostName).join(', ')}`;
  }
}

/** `host:port`; an IPv6 address in brackets. */
export function hostName({ host, port }: RedisHost): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** One address to knock at: the server's, or that of the first who knows where the servers are. */
export function firstHost(place: RedisPlace): RedisHost {
  if (place.kind === 'single') return place;
  const hosts = place.kind === 'sentinel' ? place.sentinels : place.nodes;
  return hosts[0] ?? { host: 'localhost', port: REDIS_PORT };
}

/** Do both lead to the same servers? */
export function isSamePlace(one: RedisPlace, other: RedisPlace): boolean {
  return isDeepStrictEqual(one, other);
}

/** The place of every role that has no address of its own; problems are added to `problems`. */
export function readSharedPlace(env: EnvValues, problems: string[]): ReachedPlace {
  const { REDIS_URL: url } = env;
  // A configuration that cannot be read has neither.
  const { REDIS_SENTINELS: sentinels = [], REDIS_CLUSTER_NODES: nodes = [] } = env as Partial<EnvValues>;
  const ways = [
    ...(url === DEFAULT_REDIS_URL ? [] : ['REDIS_URL']),
    ...(sentinels.length > 0 ? ['REDIS_SENTINELS'] : []),
    ...(nodes.length > 0 ? ['REDIS_CLUSTER_NODES'] : []),
  ];
  if (ways.length > 1) problems.push(`${ways.join(' and ')} are both set: keep the one that says where Redis is`);
  if (sentinels.length > 0) return readSentinels(env, problems);
  for (const name of ['REDIS_SENTINEL_USER', 'REDIS_SENTINEL_PASSWORD'] as const) {
    if (env[name]) problems.push(`${name} is set, but REDIS_SENTINELS is not: set that, or remove this`);
  }
  if (nodes.length > 0) {
    const { hosts, tls } = readHosts('REDIS_CLUSTER_NODES', nodes, REDIS_PORT, problems);
    return { place: { kind: 'cluster', nodes: hosts }, tls };
  }
  return readSinglePlace('REDIS_URL', url, problems);
}

/** The place that a variable with one address names. */
export function readSinglePlace(name: EnvName, url: string, problems: string[]): ReachedPlace {
  const { tls, ...host } = readAddress(name, url, REDIS_PORT, problems);
  return { place: { kind: 'single', ...host }, tls };
}

function readSentinels(env: EnvValues, problems: string[]): ReachedPlace {
  const { hosts, tls } = readHosts('REDIS_SENTINELS', env.REDIS_SENTINELS, SENTINEL_PORT, problems);
  const { REDIS_SENTINEL_NAME: name, REDIS_SENTINEL_USER: username, REDIS_SENTINEL_PASSWORD: password } = env;
  if (username && !password) problems.push('REDIS_SENTINEL_PASSWORD is missing: REDIS_SENTINEL_USER is set');
  const login = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  return { place: { kind: 'sentinel', sentinels: hosts, name, ...login }, tls };
}

function readHosts(name: EnvName, urls: readonly string[], port: number, problems: string[]) {
  const addresses = urls.map((url) => readAddress(name, url, port, problems));
  const tls = addresses.some((address) => address.tls);
  if (tls && addresses.some((address) => !address.tls)) {
    problems.push(`${name} holds addresses with and without TLS: write rediss:// before each, or before none`);
  }
  return { hosts: addresses.map((address): RedisHost => ({ host: address.host, port: address.port })), tls };
}

function readAddress(name: EnvName, url: string, port: number, problems: string[]): RedisAddress {
  const address = readRedisUrl(url, port);
  if (!('problem' in address)) return address;
  problems.push(`${name} ${address.problem.replace(/\(REDIS_<ROLE>.*\)/, OWN_LOGIN[name] ?? '$&')}`);
  return { host: 'localhost', port, tls: false };
}
