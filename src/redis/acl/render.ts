import { createHash } from 'node:crypto';

import { parsePolicy, PolicyError, type PolicyUser, rulesOf } from './policy.js';

/** Password by user name. */
export type Passwords = Readonly<Record<string, string | undefined>>;

/** The SHA-256 that Redis keeps instead of the password, in hex. */
export function passwordHash(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}

/**
 * The aclfile of a server: hashes, no comments (Redis refuses them there).
 * A user without a password is rendered `off`. Throws PolicyError on an unknown user or an empty password.
 */
export function renderAclFile(policyText: string, passwords: Passwords): string {
  return renderUsers(parsePolicy(policyText), passwords);
}

/** Hashes that a user may sign in by beside its password, by user name: of the password that a rotation replaces. */
export type FurtherHashes = Readonly<Record<string, readonly string[]>>;

/** The same for users that are parsed, and perhaps adjusted to the configuration, already. */
export function renderUsers(users: readonly PolicyUser[], passwords: Passwords, further: FurtherHashes = {}): string {
  const known = new Set(users.map((user) => user.name));
  const stranger = Object.keys(passwords).find((name) => !known.has(name));
  if (stranger !== undefined) throw new PolicyError(`the policy has no user ${stranger}`);
  const lines = users.map(({ name, ...user }) => {
    const rules = setUserRules({ name, ...user }, passwords[name], further[name]);
    return ['user', name, ...rules].join(' ');
  });
  return `${lines.join('\n')}\n`;
}

/** The rules of one whole, atomic `ACL SETUSER`: what the user had before does not matter. */
export function setUserRules(
  user: PolicyUser,
  password: string | undefined,
  further: readonly string[] = [],
): string[] {
  if (password === '') throw new PolicyError(`the password of ${user.name} is empty`);
  if (!user.enabled || password === undefined) return ['reset', 'off', ...rulesOf(user)];
  const hashes = new Set([passwordHash(password), ...further]);
  return ['reset', 'on', ...[...hashes].map((hash) => `#${hash}`), ...rulesOf(user)];
}
