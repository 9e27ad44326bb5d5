import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RedisConfig } from '../config/redis-config.js';
import { placeName } from '../config/redis-place.js';
import { type AclCheck, checked } from '../redis/acl/check.js';
import { AclConnectionError } from '../redis/acl/connection.js';
import { adminNodes } from '../redis/acl/nodes.js';
import { verifyAcl } from '../redis/acl/verify.js';
import {
  evictionProblem,
  persistenceProblems,
  readServerInfo,
  versionProblem,
  type ServerInfo,
} from '../redis/server-info.js';
import { checkSentinels } from './sentinel-checks.js';
import { checkLogins, tryAs } from './redis-logins.js';

const POLICY_FILE = resolve(import.meta.dirname, '../../redis-acl.conf');

/** Every login, the server behind them, and the rules of its users in both directions. */
export async function checkRedis(redis: RedisConfig): Promise<AclCheck[]> {
  const [sentinels, logins, server] = await Promise.all([
    checkSentinels(redis),
    checkLogins(redis),
    checkServer(redis),
  ]);
  // Without a single login the rules cannot be asked for, and forty further lines would hide the reason.
  if (logins.every(({ result }) => result === 'failed')) return [...sentinels, ...logins, ...server];
  const nodes = await adminNodes(redis, []).catch(whereNobodyKnows);
  if (nodes === undefined) return [...sentinels, ...logins, ...server];
  const acl = await verifyAcl(readFileSync(POLICY_FILE, 'utf8'), redis, nodes);
  return [...sentinels, ...logins, ...server, ...acl.checks];
}

/** No sentinel answers: that is among the checks already. */
function whereNobodyKnows(error: unknown): undefined {
  if (!(error instanceof AclConnectionError)) throw error;
}

async function checkServer(redis: RedisConfig): Promise<AclCheck[]> {
  const subject = 'redis server';
  let info: ServerInfo = new Map();
  const failure = await tryAs(
    'monitoring',
    redis,
    async (connection) => (info = readServerInfo(await connection.info())),
  );
  if (failure !== undefined)
    return [{ subject, check: 'version, persistence, eviction', result: 'skipped', detail: failure }];
  const version = versionProblem(info, placeName(redis.roles.monitoring.place));
  const eviction = evictionProblem(info);
  return [
    checked(subject, `version ${info.get('redis_version') ?? 'unknown'}`, version ? [version] : []),
    checked(subject, 'evicts nothing', eviction ? [eviction] : []),
    checked(subject, 'persists its data', persistenceProblems(info)),
  ];
}
