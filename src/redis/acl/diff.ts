import { randomBytes } from 'node:crypto';

import type { Redis } from 'ioredis';

import { type AclCheck, checked } from './check.js';
import type { ConfiguredPolicy } from './configured-policy.js';
import type { PolicyUser } from './policy.js';
import { passwordHash, setUserRules } from './render.js';
import { grantedCommands, listServerCommands, type ServerCommand } from './server-commands.js';
import { compareRules, readUserState, type UserState } from './user-state.js';

/** The names of the users that a comparison makes, and takes away again, begin so. */
export const TEMPORARY_USER = 'naboom-verify-';

/**
 * Compares each user of a server with the policy: a temporary user, switched off, takes the policy's rules, and
 * what the server makes of both is compared. So no wording of a server version can deceive.
 */
export async function diffServer(admin: Redis, policy: ConfiguredPolicy): Promise<AclCheck[]> {
  const commands = await listServerCommands(admin);
  const checks: AclCheck[] = [];
  for (const user of policy.users) {
    checks.push(checked(user.name, 'same as the policy', await diffUser(admin, user, policy, commands)));
  }
  return checks;
}

async function diffUser(
  admin: Redis,
  user: PolicyUser,
  policy: ConfiguredPolicy,
  commands: readonly ServerCommand[],
): Promise<string[]> {
  const actual = await readUserState(admin, user.name);
  if (actual === undefined) return ['the server has no such user'];
  const temporary = `${TEMPORARY_USER}${randomBytes(6).toString('hex')}`;
  try {
    await admin.call('ACL', 'SETUSER', temporary, ...setUserRules(user, undefined));
    const wanted = await readUserState(admin, temporary);
    if (wanted === undefined) return ['the temporary user went away: does something else change the users?'];
    const [should, may] = [
      await grantedCommands(admin, temporary, commands),
      await grantedCommands(admin, user.name, commands),
    ];
    const byCommand = compareRules('commands', should, may);
    // Rules on arguments beyond SELECT show in the server's wording alone.
    const byWording =
      byCommand.length > 0 ? [] : compareRules('command rules', wanted.commandRules, actual.commandRules);
    return [...diffLogin(user, actual, policy), ...diffPatterns(wanted, actual), ...byCommand, ...byWording];
  } finally {
    await admin.call('ACL', 'DELUSER', temporary);
  }
}

function diffPatterns(wanted: UserState, actual: UserState): string[] {
  return [
    ...compareRules('keys', wanted.keys, actual.keys),
    ...compareRules('channels', wanted.channels, actual.channels),
    ...(actual.selectors > 0 ? [`${actual.selectors} selector(s) too much`] : []),
  ];
}

function diffLogin(user: PolicyUser, actual: UserState, policy: ConfiguredPolicy): string[] {
  const password = policy.passwords[user.name];
  const enabled = user.enabled && password !== undefined;
  const complaints: string[] = [];
  if (actual.enabled !== enabled)
    complaints.push(`is ${actual.enabled ? 'on' : 'off'}, should be ${enabled ? 'on' : 'off'}`);
  if (actual.needsNoPassword) complaints.push('needs no password (nopass)');
  if (!enabled) return complaints;
  const hash = passwordHash(password);
  if (!actual.passwordHashes.has(hash)) complaints.push('has another password than the configuration');
  const known = new Set([hash, ...(policy.further?.[user.name] ?? [])]);
  const further = [...actual.passwordHashes].filter((other) => !known.has(other)).length;
  if (further > 0) complaints.push(`has ${further} password(s) beside the configured one`);
  return complaints;
}
