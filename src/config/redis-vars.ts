import { z } from 'zod';
import { addresses, described, wholeNumber, type EnvVarMeta } from './described.js';

/** What `REDIS_URL` is when nobody says anything. */
export const DEFAULT_REDIS_URL = 'localhost:6379';

const dbNumber = wholeNumber(0, 15);
const redis = (doc: string, defaultNote?: string): EnvVarMeta => ({ section: 'Redis', doc, defaultNote });
const redisSecret = (doc: string): EnvVarMeta => ({ section: 'Redis', doc, secret: true });

function roleVars<R extends string>(role: R, user: string, db: number, what: string) {
  const prefix = `REDIS_${role}` as const;
  return {
    [`${prefix}_USER`]: described(z.string().default(user), redis(`ACL user of the ${what}.`)),
    [`${prefix}_PASSWORD`]: described(z.string().optional(), redisSecret(`Password of the ${what}'s ACL user.`)),
    [`${prefix}_URL`]: described(
      z.string().optional(),
      redis(
        `Own server of the ${what}: \`host:port\`, \`redis://\` or \`rediss://\`, without credentials.`,
        'REDIS_URL',
      ),
    ),
    [`${prefix}_DB`]: described(dbNumber.default(db), redis(`Database number of the ${what}.`)),
  } as {
    [K in `REDIS_${R}_USER`]: z.ZodDefault<z.ZodString>;
  } & {
    [K in `REDIS_${R}_PASSWORD` | `REDIS_${R}_URL`]: z.ZodOptional<z.ZodString>;
  } & {
    [K in `REDIS_${R}_DB`]: z.ZodDefault<z.ZodCoercedNumber>;
  };
}

/** Where Redis is, and who signs in there. */
export const redisVars = {
  REDIS_URL: described(
    z.string().default(DEFAULT_REDIS_URL),
    redis('Redis of all roles: `host:port`, `redis://` or `rediss://` (TLS), without credentials.'),
  ),
  REDIS_SENTINELS: described(
    addresses.default([]),
    redis(
      'Sentinels (comma-separated `host:port`; `rediss://` before each: TLS with them and the servers), instead of REDIS_URL.',
    ),
  ),
  REDIS_SENTINEL_NAME: described(z.string().min(1).default('mymaster'), redis('What the sentinels call the master.')),
  REDIS_SENTINEL_USER: described(z.string().optional(), redis('User at the sentinels, where they ask for a login.')),
  REDIS_SENTINEL_PASSWORD: described(z.string().optional(), redisSecret('Password at the sentinels.')),
  REDIS_CLUSTER_NODES: described(
    addresses.default([]),
    redis(
      'Some nodes of a Redis Cluster (comma-separated `host:port`, or `rediss://` before each), instead of REDIS_URL; all databases are 0 then.',
    ),
  ),
  REDIS_USERNAME: described(
    z.string().optional(),
    redis('One user for all roles, where the service allows no further ones. Empty: no authentication.'),
  ),
  REDIS_PASSWORD: described(z.string().optional(), redisSecret('Password of the one user for all roles.')),
  REDIS_TLS_CA_FILE: described(
    z.string().optional(),
    redis('PEM file of the authority that signed the Redis certificate.'),
  ),
  REDIS_TLS_SERVER_NAME: described(
    z.string().optional(),
    redis('Name in the Redis certificates, sent as SNI and checked.', 'the host of the address'),
  ),
  REDIS_MASTER_USER: described(
    z.string().default('naboom_admin'),
    redis('Admin user; only `npm run acl` and `npm run doctor` use it, no server process.'),
  ),
  REDIS_MASTER_PASSWORD: described(z.string().optional(), redisSecret('Password of the admin user.')),
  REDIS_REPLICATION_USER: described(
    z.string().default('replication_user'),
    redis('User of replicas at their master (`masteruser`); only `npm run acl` reads it, no server process.'),
  ),
  REDIS_REPLICATION_PASSWORD: described(z.string().optional(), redisSecret('Password of the replicas.')),
  REDIS_FAILOVER_USER: described(
    z.string().default('failover_user'),
    redis('User of sentinels at the servers (`sentinel auth-user`); only `npm run acl` reads it, no server process.'),
  ),
  REDIS_FAILOVER_PASSWORD: described(z.string().optional(), redisSecret('Password of the sentinels at the servers.')),
  REDIS_ACL_FILE: described(
    z.string().optional(),
    redis('aclfile of the server where `npm run acl` can write it: `apply` and `rotate` keep it in step.'),
  ),
  ...roleVars('APP', 'app_user', 0, 'cache, limits and sessions'),
  ...roleVars('WEBSOCKET', 'websocket_user', 1, 'Socket.IO adapter'),
  ...roleVars('REALTIME', 'realtime_user', 4, 'emergency streams'),
  ...roleVars('MONITORING', 'monitoring_user', 7, 'health checks'),
  REDIS_QUEUE_USER: described(
    z.string().optional(),
    redis('Own ACL user of BullMQ (the policy has `queue_user` ready).', 'REDIS_APP_USER'),
  ),
  REDIS_QUEUE_PASSWORD: described(z.string().optional(), redisSecret("Password of BullMQ's own ACL user.")),
  REDIS_QUEUE_URL: described(z.string().optional(), redis('Own server of BullMQ.', 'REDIS_APP_URL or REDIS_URL')),
  REDIS_QUEUE_DB: described(dbNumber.default(2), redis('Database number of BullMQ.')),
};
