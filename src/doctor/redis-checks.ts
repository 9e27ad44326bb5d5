import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RedisConfig } from '../config/redis-config.js';
import { type AclCheck, checked } from '../redis/acl/check.js';
import { adminNodes } from '../redis/acl/nodes.js';
import { verifyAcl } from '../redis/acl/verify.js';
import { checkLogins, tryAs } from './redis-logins.js';
import { evictionComplaints, persistenceComplaints, readInfo, versionComplaints } from './redis-server-info.js';

const POLICY_FILE = resolve(import.meta.dirname, '../../redis-acl.conf');

/** Every login, the server behind them, and the rules of its users in both directions. */
export async function checkRedis(redis: RedisConfig): Promise<AclCheck[]> {
  const [logins, server] = await Promise.all([checkLogins(redis), checkServer(redis)]);
  // Without a single login the rules cannot be asked for, and forty further lines would hide the reason.
  if (logins.every(({ result }) => result === 'failed')) return [...logins, ...server];
  const acl = await verifyAcl(readFileSync(POLICY_FILE, 'utf8'), redis, adminNodes(redis, []));
  return [...logins, ...server, ...acl.checks];
}

async function checkServer(redis: RedisConfig): Promise<AclCheck[]> {
  const subject = 'redis server';
  const { host, port } = redis.roles.monitoring;
  let info: Record<string, string> = {};
  const failure = await tryAs('monitoring', redis, async (connection) => (info = readInfo(await connection.info())));
  if (failure !== undefined)
    return [{ subject, check: 'version, persistence, eviction', result: 'skipped', detail: failure }];
  return [
    checked(subject, `version ${info.redis_version ?? 'unknown'}`, versionComplaints(info, `${host}:${port}`)),
    checked(subject, 'evicts nothing', evictionComplaints(info)),
    checked(subject, 'persists its data', persistenceComplaints(info)),
  ];
}
