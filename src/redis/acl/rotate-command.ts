import { setTimeout as delay } from 'node:timers/promises';

import type { Config } from '../../config/config.js';
import type { RedisRoleConfig } from '../../config/redis-config.js';
import { replaceFile } from '../../config/secret-file.js';
import type { RoleRedis } from '../role-redis.js';
import { type AclCheck, checked } from './check.js';
import { configurePolicy } from './configured-policy.js';
import { AclConnectionError, withAdmin } from './connection.js';
import { adminNodes } from './nodes.js';
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
import { rotatedUsers } from './rotated-users.js';
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
  const checks = await stepsOf(options)(() => prepare(policyText, options, away), secondsOf(options.within) * 1000);
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
  return hasFailed(added) ? added : [...added, ...(await commit(prepare, withinMs))];
};

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
    const behind = await whoIsBehind(rotation);
    if (!hasFailed(behind) || Date.now() > deadline) return behind;
    await delay(LOOK_AGAIN_MS);
  }
}

/** Nobody is waited for: who holds the leaked password is out at once, and our processes come back by the new one. */
const revokePasswords: Steps = async (prepare) => {
  const settled = await keepOnlyThese(await prepare());
  if (hasFailed(settled)) return settled;
  const added = await addPasswords(await prepare());
  if (hasFailed(added)) return added;
  const rotation = await prepare();
  const ended = [...(await keepOnlyThese(rotation)), ...(await killConnections(rotation))];
  return [...added, ...ended, ...(await forgottenByRestart(rotation))];
};

const hasFailed = (checks: readonly AclCheck[]) => checks.some(({ result }) => result === 'failed');

async function prepare(policyText: string, options: RotateOptions, away: AclCheck[]): Promise<Rotation> {
  const { redis, env } = options.reload();
  const nodes = await adminNodes(redis, options.node);
  const aclfile = options.aclfile ?? env.REDIS_ACL_FILE;
  return {
    users: rotatedUsers(redis, options.role),
    atEachServer: (work) => atEachServer(nodes, work, options.revoke ? away : undefined),
    signIn: async ({ role, user, password }) => {
      for (const node of role === 'master' ? nodes : [redis.roles[role]]) {
        await withAdmin({ ...node, username: user, password }, (connection) => connection.ping());
      }
    },
    hasEveryAclFile: aclfile !== undefined && nodes.length === 1,
    writeAclFile: (further) => {
      if (aclfile === undefined) return;
      const policy = configurePolicy(policyText, redis);
      replaceFile(aclfile, renderUsers(policy.users, policy.passwords, { ...policy.further, ...further }));
    },
  };
}

/** @param away where it is given, a server that cannot be reached is noted there, and keeps the others from nothing */
async function atEachServer<T>(
  nodes: readonly RedisRoleConfig[],
  work: (admin: RoleRedis, server: string) => Promise<T>,
  away: AclCheck[] | undefined,
): Promise<T[]> {
  const results: T[] = [];
  for (const node of nodes) {
    try {
      results.push(await withAdmin(node, (admin) => work(admin, nodeName(node))));
    } catch (error) {
      if (away === undefined || !(error instanceof AclConnectionError)) throw error;
      if (away.every(({ subject }) => subject !== nodeName(node))) {
        away.push(
          checked(nodeName(node), 'was reached', [`${error.message}; run "npm run acl -- apply" when it is back`]),
        );
      }
    }
  }
  return results;
}
