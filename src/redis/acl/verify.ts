import type { RedisConfig, RedisRoleConfig } from '../../config/redis-config.js';
import { placeName } from '../../config/redis-place.js';
import { classifyRedisError } from '../redis-error.js';
import { REDIS_ROLE_NAMES } from '../redis.roles.js';
import { ANNOUNCEMENT } from './provoked-refusals.js';
import { type AclCheck, checked } from './check.js';
import { configurePolicy, ISOLATION_NOTE } from './configured-policy.js';
import { AclConnectionError, withAdmin } from './connection.js';
import { type Announce, verifyRole } from './verify-role.js';
import { verifyServer } from './verify-server.js';

/** What a verification found. */
export interface AclReport {
  readonly isolation: RedisConfig['isolation'];
  readonly checks: readonly AclCheck[];
}

/**
 * Proves on the running servers that each role's user can do its work and nothing else. Without the administrator's
 * password the users are tried from outside alone. `nodes` are all servers, the roles' own and replicas.
 */
export async function verifyAcl(
  policyText: string,
  redis: RedisConfig,
  nodes: readonly RedisRoleConfig[],
): Promise<AclReport> {
  const separate = redis.isolation === 'acl';
  const checks: AclCheck[] = [];
  for (const role of REDIS_ROLE_NAMES) {
    // A queue that signs in as app has app's rights: only app's own refusals can be asked for.
    const borrowed = role === 'queue' && redis.roles.queue.username === redis.roles.app.username;
    const config = redis.roles[role];
    const tried = (announce: Announce) => verifyRole(role, config, separate && !borrowed ? announce : undefined);
    checks.push(...(await announcing(config, redis.admin, tried)));
  }
  if (redis.isolation === 'acl') checks.push(...(await verifyNodes(policyText, redis, nodes)));
  else checks.push({ subject: 'all', check: 'isolation', result: 'skipped', detail: ISOLATION_NOTE[redis.isolation] });
  return { isolation: redis.isolation, checks };
}

/**
 * Lets `work` announce refusals to health, where there is an administrator to do it; what is wrong with that login is
 * told elsewhere.
 */
async function announcing(
  { place, tls, ca, serverName }: RedisRoleConfig,
  admin: RedisRoleConfig | undefined,
  work: (announce: Announce) => Promise<AclCheck[]>,
): Promise<AclCheck[]> {
  const silently = () => work(() => Promise.resolve());
  if (admin === undefined) return silently();
  const { username, password } = admin;
  let isIn = false;
  try {
    return await withAdmin({ place, tls, ca, serverName, username, password, db: 0 }, (connection) => {
      isIn = true;
      return work(async () => void (await connection.call(...ANNOUNCEMENT)));
    });
  } catch (error) {
    if (isIn) throw error;
    return silently();
  }
}

async function verifyNodes(
  policyText: string,
  redis: RedisConfig,
  nodes: readonly RedisRoleConfig[],
): Promise<AclCheck[]> {
  const closed: AclCheck[] = [];
  for (const node of nodes) {
    closed.push(
      ...(await announcing(node, redis.admin, async (announce) => {
        await announce();
        const check = await refusesStrangers(node);
        await announce();
        return [check];
      })),
    );
  }
  if (redis.admin === undefined) {
    const detail = 'REDIS_MASTER_PASSWORD is not set: the rules themselves cannot be read';
    return [...closed, { subject: 'all', check: 'exactly the policy', result: 'skipped', detail }];
  }
  const policy = configurePolicy(policyText, redis);
  const checks: AclCheck[] = [...closed];
  for (const node of nodes) {
    const server = nodeName(node);
    try {
      checks.push(...(await withAdmin(node, (admin) => verifyServer(admin, policy, server))));
    } catch (error) {
      if (!(error instanceof AclConnectionError)) throw error;
      checks.push(checked(server, 'administrator signs in', [error.message]));
    }
  }
  return checks;
}

/** Tries to get in without a login: that must fail, and for that reason. */
async function refusesStrangers(node: RedisRoleConfig): Promise<AclCheck> {
  const check = 'refuses whoever does not sign in';
  const { place, tls, ca, serverName } = node;
  try {
    await withAdmin({ place, tls, ca, serverName, db: 0 }, (stranger) => stranger.ping());
    return checked(nodeName(node), check, ['lets anybody in: the default user is on']);
  } catch (error) {
    const { code, message } = error instanceof AclConnectionError ? error.failure : classifyRedisError(error);
    return checked(nodeName(node), check, code === 'REDIS_NOAUTH' ? [] : [`${message} (${code})`]);
  }
}

/** How a server is called in reports. */
export function nodeName({ place }: Pick<RedisRoleConfig, 'place'>): string {
  return placeName(place);
}
