import type { Redis } from 'ioredis';

import { type AclCheck, checked } from './check.js';
import type { ConfiguredPolicy } from './configured-policy.js';
import { TEMPORARY_USER } from './diff.js';
import type { PolicyUser } from './policy.js';
import { grantedCommands, listServerCommands, type ServerCommand } from './server-commands.js';
import { compareRules, compareSets, readUserState, type UserState } from './user-state.js';

/** What only the administrator can see: that every user may do exactly what the policy says, and that no other exists. */
export async function verifyServer(admin: Redis, policy: ConfiguredPolicy, server: string): Promise<AclCheck[]> {
  const commands = await listServerCommands(admin);
  const checks: AclCheck[] = [await checkUserList(admin, policy, server)];
  for (const user of policy.users) {
    const state = await readUserState(admin, user.name);
    if (state === undefined) {
      checks.push(checked(user.name, 'exists', ['the server has no such user: run "npm run acl -- apply"']));
      continue;
    }
    checks.push(checkState(user, state, policy.passwords[user.name] !== undefined));
    if (user.unlimited) continue;
    checks.push(await checkCommands(admin, user, commands));
  }
  return checks;
}

async function checkUserList(admin: Redis, policy: ConfiguredPolicy, server: string): Promise<AclCheck> {
  const present = (await admin.call('ACL', 'USERS')) as string[];
  const { extra } = compareSets(
    policy.users.map((user) => user.name),
    present.filter((name) => !name.startsWith(TEMPORARY_USER)),
  );
  return checked(
    server,
    'no users beyond the policy',
    extra.map((name) => `user ${name} is not in the policy: remove it with ACL DELUSER`),
  );
}

function checkState(user: PolicyUser, state: UserState, signsIn: boolean): AclCheck {
  const complaints: string[] = [];
  const wanted = user.enabled && signsIn;
  if (state.enabled !== wanted)
    complaints.push(`is ${state.enabled ? 'on' : 'off'}, should be ${wanted ? 'on' : 'off'}`);
  if (state.needsNoPassword) complaints.push('needs no password (nopass)');
  if (state.selectors > 0) complaints.push(`has ${state.selectors} selector(s), the policy has none`);
  if (!user.unlimited) {
    complaints.push(
      ...compareRules(
        'keys',
        user.keys.map((key) => `~${key}`),
        state.keys,
      ),
    );
    complaints.push(
      ...compareRules(
        'channels',
        user.channels.map((channel) => `&${channel}`),
        state.channels,
      ),
    );
  }
  return checked(user.name, 'login, keys and channels as in the policy', complaints);
}

async function checkCommands(admin: Redis, user: PolicyUser, commands: readonly ServerCommand[]): Promise<AclCheck> {
  const granted = await grantedCommands(admin, user.name, commands);
  const check = `exactly the policy's commands, of ${commands.length} asked`;
  return checked(user.name, check, compareRules('commands', user.commands, granted));
}
