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
import type { RedisRoleName } from '../redis/redis.roles.js';
import { checkSentinels } from './sentinel-checks.js';
import { checkLogins, tryAs } from './redis-logins.js';
import { rolesByPlace, type RolesOfPlace } from './role-places.js';

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

/** The server of every place; on a Cluster every node, and whether together they serve everything. */
async function checkServers(redis: RedisConfig): Promise<AclCheck[]> {
  const each = rolesByPlace(redis).map((roles) => {
    const isCluster = redis.roles[roles[0]].place.kind === 'cluster';
    return isCluster ? checkCluster(redis, roles) : checkServer(redis, roles, subjectOf(redis, roles[0]));
  });
  return (await Promise.all(each)).flat();
}

/** The usual one needs no name. */
function subjectOf(redis: RedisConfig, role: RedisRoleName): string {
  return role === 'monitoring' ? 'redis server' : `redis server ${placeName(redis.roles[role].place)}`;
}

async function checkCluster(redis: RedisConfig, roles: RolesOfPlace): Promise<AclCheck[]> {
  const [asking] = roles;
  const [map, nodes] = await Promise.all([
    clusterMapOf(redis.roles[asking]).catch(whereNobodyKnows),
    serversOf(redis.roles[asking]).catch(whereNobodyKnows),
  ]);
  // That no node answers is told by every login.
  if (!map || !nodes) return [];
  const complaints =
    map.unserved > 0 ? [`${map.unserved} slots are served by nobody: is a master without a replica down?`] : [];
  const each = nodes.map((node) => {
    const atNode = { ...redis, roles: { ...redis.roles, [asking]: node } };
    return checkServer(atNode, roles, `redis server ${placeName(node.place)}`);
  });
  return [checked('redis cluster', 'serves every slot', complaints), ...(await Promise.all(each)).flat()];
}

/** A server without streams and jobs may forget: a cache is read anew, and the others have no keys. */
const KEEPERS: ReadonlySet<RedisRoleName> = new Set(['realtime', 'queue']);

async function checkServer(redis: RedisConfig, roles: RolesOfPlace, subject: string): Promise<AclCheck[]> {
  const [asking] = roles;
  let info: ServerInfo = new Map();
  const failure = await tryAs(asking, redis, async (connection) => (info = readServerInfo(await connection.info())));
  if (failure !== undefined)
    return [{ subject, check: 'version, persistence, eviction', result: 'skipped', detail: failure }];
  const version = versionProblem(info, placeName(redis.roles[asking].place));
  const isNew = checked(subject, `version ${info.get('redis_version') ?? 'unknown'}`, version ? [version] : []);
  if (!roles.some((role) => KEEPERS.has(role))) return [isNew];
  const eviction = evictionProblem(info);
  return [
    isNew,
    checked(subject, 'evicts nothing', eviction ? [eviction] : []),
    checked(subject, 'persists its data', persistenceProblems(info)),
  ];
}
