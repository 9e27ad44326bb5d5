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

/** The same for users that are parsed, and perhaps adjusted to the configuration, already. */
export function renderUsers(users: readonly PolicyUser[], passwords: Passwords): string {
  const known = new Set(users.map((user) => user.name));
  const stranger = Object.keys(passwords).find((name) => !known.has(name));
  if (stranger !== undefined) throw new PolicyError(`the policy has no user ${stranger}`);
  const lines = users.map((user) => ['user', user.name, ...setUserRules(user, passwords[user.name])].join(' '));
  return `${lines.join('\n')}\n`;
}

/** The rules of one whole, atomic `ACL SETUSER`: what the user had before does not matter. */
export function setUserRules(user: PolicyUser, password: string | undefined): string[] {
  if (password === '') throw new PolicyError(`the password of ${user.name} is empty`);
  const signIn = user.enabled && password !== undefined ? ['on', `#${passwordHash(password)}`] : ['off'];
  return ['reset', ...signIn, ...rulesOf(user)];
}
