import type { Redis } from 'ioredis';

import { type AclCheck, attempt, UnknownCommandError } from './check.js';
import type { ConfiguredPolicy } from './configured-policy.js';
import { setUserRules } from './render.js';

/**
 * Gives a running server the policy: one ACL SETUSER a user, which Redis takes whole or not at all, so no client is
 * cut off in between. The user that does it is left alone: a mistake would lock everybody out. ACL LOAD is not used
 * (Redis 7.0 disconnects all clients), nor is ACL SAVE (it folds our lists into categories).
 */
export async function applyPolicy(admin: Redis, policy: ConfiguredPolicy): Promise<AclCheck[]> {
  const self = String(await admin.call('ACL', 'WHOAMI'));
  const checks: AclCheck[] = [];
  for (const user of policy.users) {
    if (user.name === self) {
      checks.push({ subject: self, check: 'apply', result: 'skipped', detail: 'never changes its own user' });
      continue;
    }
    const rules = setUserRules(user, policy.passwords[user.name], policy.further?.[user.name]);
    checks.push(
      await attempt(user.name, 'apply', async () => {
        await admin.call('ACL', 'SETUSER', user.name, ...rules).catch(nameUnknownCommand);
        return [];
      }),
    );
  }
  return checks;
}

/** A command that this server does not know yet is worth naming; the error of Redis holds the rule. */
function nameUnknownCommand(error: Error): never {
  const rule = /modifier '(\+[\w|-]+)'/.exec(error.message)?.[1];
  throw rule === undefined ? error : new UnknownCommandError(rule);
}
