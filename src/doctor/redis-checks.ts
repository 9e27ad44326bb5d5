import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RedisConfig } from '../config/redis-config.js';
import { placeName } from '../config/redis-place.js';
import { type AclCheck, checked } from '../redis/acl/check.js';
import { AclConnectionError } from '../redis/acl/connection.js';
import { clusterMapOf, serversOf } from '../redis/acl/find-servers.js';
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
    checkServers(redis),
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

/** The server that monitoring_user sees; on a Cluster every node, and whether together they serve everything. */
async function checkServers(redis: RedisConfig): Promise<AclCheck[]> {
  const { monitoring } = redis.roles;
  if (monitoring.place.kind !== 'cluster') return checkServer(redis, 'redis server');
  const [map, nodes] = await Promise.all([
    clusterMapOf(monitoring).catch(whereNobodyKnows),
    serversOf(monitoring).catch(whereNobodyKnows),
  ]);
  // That no node answers is told by every login.
  if (!map || !nodes) return [];
  const complaints =
    map.unserved > 0 ? [`${map.unserved} slots are served by nobody: is a master without a replica down?`] : [];
  const each = nodes.map((node) =>
    checkServer({ ...redis, roles: { ...redis.roles, monitoring: node } }, `redis server ${placeName(node.place)}`),
  );
  return [checked('redis cluster', 'serves every slot', complaints), ...(await Promise.all(each)).flat()];
}

async function checkServer(redis: RedisConfig, subject: string): Promise<AclCheck[]> {
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
