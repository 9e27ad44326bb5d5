import { setTimeout as delay } from 'node:timers/promises';

import type { Config } from '../../config/config.js';
import type { RedisRoleConfig } from '../../config/redis-config.js';
import { replaceFile } from '../../config/secret-file.js';
import type { RoleRedis } from '../role-redis.js';
import { goOnWithout, type AtFailure, notWithout, refusesPassword } from './away.js';
import { type AclCheck, checked } from './check.js';
import { configurePolicy } from './configured-policy.js';
import { AclConnectionError, withAdmin } from './connection.js';
import { adminNodes } from './nodes.js';
import { plainMessage } from './plain-message.js';
import { renderUsers } from './render.js';
import {
  addPasswords,
  forgottenByRestart,
  keepOnlyThese,
  killConnections,
  restorePasswords,
  type Rotation,
  whoIsBehind,
} from './rotate.js';
import { type RotatedUser, rotatedUsers } from './rotated-users.js';
import { requireAdmin, tell, UsageError } from './usage.js';
import { nodeName } from './verify.js';

const LOOK_AGAIN_MS = 250;

export interface RotateOptions {
  readonly json: boolean;
  readonly node: readonly string[];
  readonly role: readonly string[];
  readonly aclfile?: string;
  readonly stage?: string;
  readonly revoke: boolean;
  readonly force: boolean;
  /** How long to wait for the running processes, s. */
  readonly within: string;
  /** The configuration as it is now: each step changes the files that it comes from. */
  readonly reload: () => Config;
}

/** `acl rotate`: other passwords for users whose processes run on. */
export async function rotateCommand(policyText: string, options: RotateOptions, out: (line: string) => void) {
  requireAdmin(options.reload());
  const away: AclCheck[] = [];
  const atFailure = options.revoke ? goOnWithout(away, options.role.includes('master')) : notWithout;
  const prepared = () => prepare(policyText, options, atFailure);
  const checks = await stepsOf(options)(prepared, secondsOf(options.within) * 1000);
  return tell([...checks, ...away], {}, options, out);
}

type Prepare = () => Promise<Rotation>;
type Steps = (prepare: Prepare, withinMs: number) => Promise<AclCheck[]>;

function stepsOf({ stage, revoke, force }: RotateOptions): Steps {
  if (revoke && stage !== undefined) throw new UsageError('--revoke does all at once: leave --stage out');
  if (revoke) return revokePasswords;
  switch (stage) {
    case 'add':
      return async (prepare) => addPasswords(await prepare());
    case 'commit':
      return (prepare, withinMs) => commit(prepare, force ? undefined : withinMs);
    case 'abort':
      return async (prepare, withinMs) => {
        await restorePasswords(await prepare());
        return commit(prepare, force ? undefined : withinMs);
      };
    case undefined:
      return rotateAll;
    default:
      throw new UsageError(`--stage ${stage}: there are add, commit and abort`);
  }
}

function secondsOf(text: string): number {
  if (!/^\d{1,4}$/.test(text)) throw new UsageError('--within takes whole seconds');
  return Number(text);
}

const rotateAll: Steps = async (prepare, withinMs) => {
  const added = await addPasswords(await prepare());
  const remedy = 'until --stage commit has gone on, both passwords may be good';
  return goOnFrom(added, remedy, () => commit(prepare, withinMs));
};

/** Whatever comes after passwords were added must not hide that they were. */
async function goOnFrom(added: AclCheck[], remedy: string, rest: () => Promise<AclCheck[]>): Promise<AclCheck[]> {
  if (hasFailed(added)) return added;
  try {
    return [...added, ...(await rest())];
  } catch (error) {
    return [...added, checked('all', 'went through', [`${plainMessage(error)}; ${remedy}`])];
  }
}

/** The old passwords go when nobody needs them any more; with no time given, at once. */
async function commit(prepare: Prepare, withinMs: number | undefined): Promise<AclCheck[]> {
  const rotation = await prepare();
  if (withinMs === undefined) return [...(await keepOnlyThese(rotation)), ...(await forgottenByRestart(rotation))];
  const behind = await untilAllKnow(rotation, withinMs);
  if (!hasFailed(behind)) {
    return [...behind, ...(await keepOnlyThese(rotation)), ...(await forgottenByRestart(rotation))];
  }
  const detail =
    'both passwords are good; --stage commit goes on, --force does not wait for these, --stage abort goes back';
  return [...behind, { subject: 'all', check: 'nothing was removed', result: 'skipped', detail }];
}

async function untilAllKnow(rotation: Rotation, withinMs: number): Promise<AclCheck[]> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const behind = await whoIsBehind(rotation).catch(whenAway);
    if (!hasFailed(behind) || Date.now() > deadline) return behind;
    await delay(LOOK_AGAIN_MS);
  }
}

/** A server that starts again meanwhile, or is replaced, is waited for like the connections. */
function whenAway(error: unknown): AclCheck[] {
  if (!(error instanceof AclConnectionError)) throw error;
  return [checked('all', 'every server says who is signed in', [error.message])];
}

/** Nobody is waited for: who holds the leaked password is out at once, and our processes come back by the new one. */
const revokePasswords: Steps = async (prepare) => {
  const before = await prepare();
  await before.atEachServer((admin) => admin.ping()); // where none answers, nothing is changed
  const settled = await keepOnlyThese(before);
  if (hasFailed(settled)) return settled;
  const added = await addPasswords(await prepare());
  const remedy =
    'until --revoke has gone through, old passwords may be good, and whoever came in by them is still there';
  return goOnFrom(added, remedy, async () => {
    const rotation = await prepare();
    const ended = [...(await keepOnlyThese(rotation)), ...(await killConnections(rotation))];
    return [...ended, ...(await forgottenByRestart(rotation))];
  });
};

const hasFailed = (checks: readonly AclCheck[]) => checks.some(({ result }) => result === 'failed');

async function prepare(policyText: string, options: RotateOptions, atFailure: AtFailure): Promise<Rotation> {
  const { redis, env } = options.reload();
  const nodes = await adminNodes(redis, options.node, atFailure);
  const aclfile = options.aclfile ?? env.REDIS_ACL_FILE;
  const atEachServer: Rotation['atEachServer'] = (work) => atServers(nodes, work, atFailure);
  return {
    users: rotatedUsers(redis, options.role),
    atEachServer,
    signIn: async (user) => {
      // As whom all else is done, at every server.
      if (user.role === 'master') return (await atEachServer((admin) => admin.ping())).length;
      return signInAt(redis.roles[user.role], user, atFailure);
    },
    hasEveryAclFile: aclfile !== undefined && nodes.length === 1,
    writeAclFile: (further) => {
      if (aclfile === undefined) return;
      const policy = configurePolicy(policyText, redis);
      replaceFile(aclfile, renderUsers(policy.users, policy.passwords, { ...policy.further, ...further }));
    },
  };
}

/** Does something at each server. Throws where none can be reached, or `atFailure` does. */
async function atServers<T>(
  nodes: readonly RedisRoleConfig[],
  work: (admin: RoleRedis, server: string) => Promise<T>,
  atFailure: AtFailure,
): Promise<T[]> {
  const results: T[] = [];
  let failure: unknown;
  for (const node of nodes) {
    try {
      results.push(await withAdmin(node, (admin) => work(admin, nodeName(node))));
    } catch (error) {
      atFailure(nodeName(node), error);
      failure = error;
    }
  }
  if (results.length === 0) throw failure;
  return results;
}

/** Signs in where the role does. Gives 1, or 0 where `atFailure` lets it go on without that server. */
async function signInAt(
  place: RedisRoleConfig,
  { user, password }: RotatedUser,
  atFailure: AtFailure,
): Promise<number> {
  try {
    await withAdmin({ ...place, username: user, password }, (connection) => connection.ping());
    return 1;
  } catch (error) {
    // A file with another password than the server's would shut everybody out.
    if (refusesPassword(error)) throw error;
    atFailure(nodeName(place), error);
    return 0;
  }
}
