import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { loadConfig } from '../../src/config/config.js';
import type { RedisConfig } from '../../src/config/redis-config.js';
import { applyPolicy } from '../../src/redis/acl/apply.js';
import { configurePolicy } from '../../src/redis/acl/configured-policy.js';
import { addressOptions } from '../../src/redis/redis.options.js';
import type { RedisRoleName } from '../../src/redis/redis.roles.js';
import { RoleRedis } from '../../src/redis/role-redis.js';
import { POLICY_TEXT } from './redis-process.js';
import { startTestRedis, type TestRedis } from './test-redis.js';

/** A real server under the project's policy, BullMQ's own user included. */
export interface AclServer {
  readonly redis: TestRedis;
  /** Ready for loadConfig, REDIS_QUEUE_* included. */
  readonly env: Record<string, string>;
  readonly config: RedisConfig;
  readonly admin: Redis;
  /** Signs in as a role, in its database; closed by stop(). */
  open(role: RedisRoleName): Promise<RoleRedis>;
  /** What was refused since the last reset, as ACL LOG has it. */
  denials(): Promise<string[]>;
  /** Forgets refusals and counts of commands. */
  forget(): Promise<void>;
  /** The commands that were called since forget(), in Lua too. */
  calledCommands(): Promise<Set<string>>;
  stop(): Promise<void>;
}

/** Starts the server and gives queue_user a password, as REDIS_QUEUE_USER would. */
export async function startAclServer(): Promise<AclServer> {
  const redis = await startTestRedis();
  const env = {
    ...redis.env,
    NABOOM_OPERATOR_KEY: randomBytes(24).toString('hex'),
    DATABASE_URL: 'postgres://127.0.0.1/unused',
    REDIS_QUEUE_USER: 'queue_user',
    REDIS_QUEUE_PASSWORD: randomBytes(24).toString('base64url'),
  };
  const config = loadConfig(env).redis;
  const admin = redis.admin();
  await applyPolicy(admin, configurePolicy(POLICY_TEXT, config));
  const opened: RoleRedis[] = [];
  return {
    redis,
    env,
    config,
    admin,
    async open(role) {
      const options = addressOptions(config.roles[role], `${role}:test`);
      const onOpen = (connection: RoleRedis) => void opened.push(connection);
      const connection = new RoleRedis({ ...options, naboomRole: role, lazyConnect: true, onOpen });
      await connection.connect();
      return connection;
    },
    denials: async () => ((await admin.call('ACL', 'LOG')) as unknown[][]).map((entry) => entry.join(' ')),
    async forget() {
      await admin.call('ACL', 'LOG', 'RESET');
      await admin.config('RESETSTAT');
    },
    async calledCommands() {
      const stats = await admin.info('commandstats');
      return new Set([...stats.matchAll(/^cmdstat_([^:]+):calls=[1-9]/gm)].map(([, name]) => name ?? ''));
    },
    async stop() {
      for (const connection of opened) connection.disconnect();
      await redis.stop();
    },
  };
}
