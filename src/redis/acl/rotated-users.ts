import type { RedisConfig } from '../../config/redis-config.js';
import type { SecretFile } from '../../config/secret-file.js';
import { REDIS_ROLE_NAMES } from '../redis.roles.js';
import { passwordTag } from '../role-login.js';
import { PolicyError } from './policy.js';

/** Whose password may be rotated: the roles, and the administrator. */
export const ROTATED = [...REDIS_ROLE_NAMES, 'master'] as const;
export type Rotated = (typeof ROTATED)[number];

/** A user whose password is in a file that running processes watch. */
export interface RotatedUser {
  readonly role: Rotated;
  readonly user: string;
  readonly password: string;
  readonly file: SecretFile;
  /** By which connections show that they know the password. */
  readonly tag: string;
}

/**
 * The users of the roles named; without a name, of all roles that sign in by themselves. The administrator only when it
 * is named: no process of ours holds its password.
 * @throws PolicyError for an unknown role, and for a password that no running process could be given
 */
export function rotatedUsers(redis: RedisConfig, named: readonly string[]): RotatedUser[] {
  const unknown = named.find((name) => !ROTATED.includes(name as Rotated));
  if (unknown !== undefined) throw new PolicyError(`--role ${unknown}: there are ${ROTATED.join(', ')}`);
  const borrows = redis.roles.queue.username === redis.roles.app.username;
  if (borrows && named.includes('queue')) throw new PolicyError('--role queue: BullMQ signs in as app; rotate that');
  const all = REDIS_ROLE_NAMES.filter((role) => role !== 'queue' || !borrows);
  return (named.length > 0 ? (named as readonly Rotated[]) : all).map((role) => userOf(role, redis));
}

function userOf(role: Rotated, redis: RedisConfig): RotatedUser {
  const config = role === 'master' ? redis.admin : redis.roles[role];
  const { username, password, passwordFile } = config ?? {};
  if (username === undefined || password === undefined) throw new PolicyError(`the role ${role} has no password`);
  if (passwordFile === undefined) {
    const name = `REDIS_${role.toUpperCase()}_PASSWORD`;
    throw new PolicyError(
      `${name} comes from the environment, which running processes cannot read again: give it as ${name}_FILE`,
    );
  }
  return { role, user: username, password, file: passwordFile, tag: passwordTag(password, passwordFile) };
}
