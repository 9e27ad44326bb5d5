import { readFileSync } from 'node:fs';
import { REDIS_ROLE_NAMES, REDIS_ROLES, type RedisRoleName } from '../redis/redis.roles.js';
import type { EnvName, EnvValues } from './env-vars.js';
import { readSharedPlace, readSinglePlace, type ReachedPlace } from './redis-place.js';
import type { WatchedPassword } from './secret-file.js';

/** How the roles are kept apart: an ACL user each, one user for all, or no authentication at all. */
export type RedisIsolation = 'acl' | 'shared' | 'none';

/** Where and as whom one role works. */
export interface RedisRoleConfig extends ReachedPlace {
  readonly username?: string;
  readonly password?: string;
  /** Where the password was read from, if from a file: the next one will stand there. */
  readonly passwordFile?: WatchedPassword;
  /** Always 0 on a Cluster, which has no other. */
  readonly db: number;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca?: string;
  /** The name in the server's certificate, where it is not the one of the address. */
  readonly serverName?: string;
}

export interface RedisConfig {
  readonly isolation: RedisIsolation;
  readonly roles: Readonly<Record<RedisRoleName, RedisRoleConfig>>;
  /** The admin of the command line; no server process uses it. */
  readonly admin: RedisRoleConfig | undefined;
  /** Redis' own processes, by what they do: the command line gives them their users. */
  readonly servers: Readonly<Record<RedisServerUser, Credentials>>;
}

/** Replicas at their master, sentinels at the servers. */
export type RedisServerUser = 'replication' | 'failover';

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** Roles that sign in by themselves; the queue may borrow app's. */
const SIGNING_ROLES = ['app', 'websocket', 'realtime', 'monitoring'] as const;

const SERVER_PASSWORDS = [
  'REDIS_PASSWORD',
  'REDIS_MASTER_PASSWORD',
  'REDIS_SENTINEL_PASSWORD',
  'REDIS_REPLICATION_PASSWORD',
  'REDIS_FAILOVER_PASSWORD',
] as const;
const SERVER_USERS = ['REDIS_MASTER_USER', 'REDIS_REPLICATION_USER', 'REDIS_FAILOVER_USER'] as const;

const userVar = (role: RedisRoleName) => `REDIS_${role.toUpperCase()}_USER` as EnvName;
const passwordVar = (role: RedisRoleName) => `REDIS_${role.toUpperCase()}_PASSWORD` as EnvName;
const urlVar = (role: RedisRoleName) => `REDIS_${role.toUpperCase()}_URL` as EnvName;
const dbVar = (role: RedisRoleName) => `REDIS_${role.toUpperCase()}_DB` as EnvName;

/** Derives every role's connection from the variables; problems are added to `problems`. */
export function readRedisConfig(env: EnvValues, problems: string[]): RedisConfig {
  const isolation = isolationOf(env, problems);
  const ca = readCa(env.REDIS_TLS_CA_FILE, problems);
  const shared = readSharedPlace(env, problems);
  const trust = {
    ...(ca ? { ca } : {}),
    ...(env.REDIS_TLS_SERVER_NAME ? { serverName: env.REDIS_TLS_SERVER_NAME } : {}),
  };
  const roles = {} as Record<RedisRoleName, RedisRoleConfig>;
  for (const role of REDIS_ROLE_NAMES) {
    const owner = role === 'queue' && !env.REDIS_QUEUE_URL ? 'app' : role;
    const url = env[urlVar(owner)] as string | undefined;
    const reached =
      url === undefined ? shared : owner === role ? readSinglePlace(urlVar(role), url, problems) : roles.app;
    const { place, tls } = reached;
    const db = place.kind === 'cluster' ? clusterDb(role, env, problems) : (env[dbVar(role)] as number);
    roles[role] = { place, tls, ...credentialsOf(role, isolation, env), db, ...(tls ? trust : {}) };
  }
  if (env.REDIS_TLS_SERVER_NAME && REDIS_ROLE_NAMES.every((role) => !roles[role].tls)) {
    problems.push('REDIS_TLS_SERVER_NAME is set, but no address is by TLS: write rediss:// there, or remove it');
  }
  const { REDIS_MASTER_USER: username, REDIS_MASTER_PASSWORD: password } = env;
  const admin = password ? { ...shared, username, password, db: 0, ...(shared.tls ? trust : {}) } : undefined;
  return { isolation, roles, admin, servers: readServerUsers(env) };
}

function readServerUsers(env: EnvValues): RedisConfig['servers'] {
  return {
    replication: { username: env.REDIS_REPLICATION_USER, password: env.REDIS_REPLICATION_PASSWORD },
    failover: { username: env.REDIS_FAILOVER_USER, password: env.REDIS_FAILOVER_PASSWORD },
  };
}

/** A Cluster has database 0 alone: the default number gives way silently, one that somebody chose does not. */
function clusterDb(role: RedisRoleName, env: EnvValues, problems: string[]): number {
  const chosen = env[dbVar(role)] as number;
  if (chosen !== 0 && chosen !== REDIS_ROLES[role].db) {
    problems.push(`${dbVar(role)} is ${chosen}, but a Redis Cluster has database 0 alone: remove it`);
  }
  return 0;
}

function isolationOf(env: EnvValues, problems: string[]): RedisIsolation {
  const withPassword = SIGNING_ROLES.filter((role) => env[passwordVar(role)]);
  checkPasswords(env, problems);
  const shared = Boolean(env.REDIS_USERNAME || env.REDIS_PASSWORD);
  if (shared && withPassword.length > 0) {
    problems.push(
      `REDIS_USERNAME/REDIS_PASSWORD (one user for all) and ${withPassword.map(passwordVar).join(', ')} are both set: remove one kind`,
    );
  }
  if (withPassword.length === 0) {
    if (shared && !env.REDIS_PASSWORD) problems.push('REDIS_PASSWORD is missing: REDIS_USERNAME is set');
    if (env.REDIS_QUEUE_PASSWORD) problems.push('REDIS_QUEUE_PASSWORD is set, but the other roles have no passwords');
    return shared ? 'shared' : 'none';
  }
  for (const role of SIGNING_ROLES) {
    if (!env[passwordVar(role)]) problems.push(`${passwordVar(role)} is missing: the other Redis roles have passwords`);
  }
  checkUsers(env, problems);
  return 'acl';
}

function checkPasswords(env: EnvValues, problems: string[]): void {
  const names: EnvName[] = [...SERVER_PASSWORDS, ...REDIS_ROLE_NAMES.map(passwordVar)];
  for (const name of names) {
    const value = env[name] as string | undefined;
    if (value === undefined) continue;
    if (/^(["']).*\1$/s.test(value)) problems.push(`${name} is wrapped in quotes: remove them`);
    if (/[\r\n]/.test(value)) problems.push(`${name} holds a line break: remove it`);
    else if (value !== value.trim()) problems.push(`${name} starts or ends with white space: remove it`);
  }
}

function checkUsers(env: EnvValues, problems: string[]): void {
  const queueSplit = env.REDIS_QUEUE_USER !== undefined || env.REDIS_QUEUE_PASSWORD !== undefined;
  if (queueSplit && !(env.REDIS_QUEUE_USER && env.REDIS_QUEUE_PASSWORD)) {
    problems.push('REDIS_QUEUE_USER and REDIS_QUEUE_PASSWORD belong together: set both, or neither');
  }
  const owners = new Map<string, EnvName>();
  for (const name of [...SERVER_USERS, ...REDIS_ROLE_NAMES.map(userVar)]) {
    const user = env[name] as string | undefined;
    if (user === undefined) continue;
    if (user === 'default') problems.push(`${name} is 'default': give the role an ACL user of its own`);
    const other = owners.get(user);
    if (other)
      problems.push(`${name} is the same user as ${other}: give each role its own, or use REDIS_USERNAME for all`);
    owners.set(user, name);
  }
}

function credentialsOf(role: RedisRoleName, isolation: RedisIsolation, env: EnvValues): Credentials {
  if (isolation === 'none') return {};
  if (isolation === 'shared') {
    return { ...(env.REDIS_USERNAME ? { username: env.REDIS_USERNAME } : {}), password: env.REDIS_PASSWORD };
  }
  const signer = role === 'queue' && !env.REDIS_QUEUE_USER ? 'app' : role;
  return { username: env[userVar(signer)] as string, password: env[passwordVar(signer)] as string };
}

function readCa(file: string | undefined, problems: string[]): string | undefined {
  if (!file) return undefined;
  try {
    const pem = readFileSync(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    problems.push('REDIS_TLS_CA_FILE holds no PEM certificate');
  } catch (error) {
    problems.push(
      `REDIS_TLS_CA_FILE: cannot read the file (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
  }
  return undefined;
}
