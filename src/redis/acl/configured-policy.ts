import type { RedisConfig, RedisRoleConfig } from '../../config/redis-config.js';
import { readPrevious } from '../../config/secret-file.js';
import { REDIS_ROLE_NAMES, REDIS_ROLES, type RedisRoleName } from '../redis.roles.js';
import { clusterGrantsOf } from './grants-cluster.js';
import { SERVER_USERS } from './server-users.js';
import { parsePolicy, PolicyError, type PolicyUser } from './policy.js';
import { type FurtherHashes, passwordHash, type Passwords } from './render.js';

/** The user of the policy that administers the server; REDIS_MASTER_USER may give it another name. */
export const ADMIN_USER = 'naboom_admin';

/** The policy as one configuration wants it on its servers: its user names, passwords and database numbers. */
export interface ConfiguredPolicy {
  readonly users: readonly PolicyUser[];
  readonly passwords: Passwords;
  /** Of passwords that a rotation replaces, until it is committed. */
  readonly further?: FurtherHashes;
}

/** Fits the policy to the configuration. Throws PolicyError where the configuration knows no users of its own. */
export function configurePolicy(policyText: string, redis: RedisConfig): ConfiguredPolicy {
  if (redis.isolation !== 'acl') {
    throw new PolicyError(`${ISOLATION_NOTE[redis.isolation]}; set REDIS_<ROLE>_PASSWORD to give each role its user`);
  }
  const passwords: Record<string, string> = {};
  const further: Record<string, string[]> = {};
  const users = parsePolicy(policyText).map((user) => {
    const signIn = signInOf(user.name, redis);
    const name = signIn?.username ?? user.name;
    if (signIn?.password !== undefined) passwords[name] = signIn.password;
    const previous = signIn?.passwordFile && readPrevious(signIn.passwordFile);
    if (previous !== undefined) further[name] = [passwordHash(previous)];
    return { ...user, name, commands: forCluster(user, redis) ?? moveSelects(user, redis) };
  });
  return { users, passwords, further };
}

/** Said wherever the roles share one user, or have none. */
export const ISOLATION_NOTE = {
  shared: 'one Redis user for all roles: roles are separated by prefix only',
  none: 'Redis without authentication: roles are separated by prefix only',
} as const;

type SignIn = Pick<RedisRoleConfig, 'username' | 'password' | 'passwordFile'>;

/** Who a policy user is in this configuration; undefined where nobody signs in as it. */
function signInOf(name: string, redis: RedisConfig): SignIn | undefined {
  if (name === ADMIN_USER) return redis.admin;
  const server = SERVER_USERS[name];
  if (server !== undefined) return redis.servers[server.who];
  const role = REDIS_ROLE_NAMES.find((candidate) => REDIS_ROLES[candidate].user === name);
  if (role === undefined || (role === 'queue' && !queueIsSplit(redis))) return undefined;
  return redis.roles[role];
}

function queueIsSplit({ roles }: RedisConfig): boolean {
  return roles.queue.username !== roles.app.username;
}

/** `+select|N` follows REDIS_<ROLE>_DB: the number that nobody uses any more goes, the one in use comes. */
function moveSelects(user: PolicyUser, redis: RedisConfig): string[] {
  const roles = REDIS_ROLE_NAMES.filter((role) => selectsAs(user.name, role, redis));
  const moves = roles
    .map((role) => ({ from: REDIS_ROLES[role].db, to: redis.roles[role].db }))
    .filter(({ from, to }) => from !== to);
  const left = new Set(moves.map(({ from }) => `select|${from}`));
  const kept = user.commands.filter((command) => !left.has(command));
  // Database 0 is where every connection begins: it needs no grant.
  const added = moves.filter(({ to }) => to !== 0).map(({ to }) => `select|${to}`);
  return [...new Set([...kept, ...added])];
}

/** On a Cluster nobody selects a database, and connections ask who serves their keys; undefined anywhere else. */
function forCluster(user: PolicyUser, redis: RedisConfig): string[] | undefined {
  const roles = REDIS_ROLE_NAMES.filter((role) => selectsAs(user.name, role, redis));
  const onCluster = roles.filter((role) => redis.roles[role].place.kind === 'cluster');
  if (onCluster.length === 0) return undefined;
  const grants = clusterGrantsOf(user.name).flatMap(({ rules }) => rules);
  if (onCluster.length < roles.length) return [...new Set([...moveSelects(user, redis), ...grants])];
  return [...user.commands.filter((command) => !command.startsWith('select|')), ...grants];
}

function selectsAs(user: string, role: RedisRoleName, redis: RedisConfig): boolean {
  if (REDIS_ROLES[role].user === user) return true;
  return role === 'queue' && user === REDIS_ROLES.app.user && !queueIsSplit(redis);
}
