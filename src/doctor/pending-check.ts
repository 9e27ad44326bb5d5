import type { RedisConfig } from '../config/redis-config.js';
import { type AclCheck, warned } from '../redis/acl/check.js';
import { withConnection } from '../redis/acl/connection.js';
import { keys } from '../redis/redis.keys.js';

/** A warning where alerts are in Redis alone, until Postgres takes them. What is wrong with Redis is told elsewhere. */
export async function checkPending(redis: RedisConfig): Promise<AclCheck[]> {
  const count = await withConnection('realtime', redis.roles.realtime, (connection) =>
    connection.xlen(keys.pending()),
  ).catch(() => 0);
  if (count === 0) return [];
  const words = `${count} ${count === 1 ? 'press waits' : 'presses wait'} here for Postgres`;
  return [
    warned(
      'redis realtime',
      'presses that only Redis has',
      `${words}, and nobody is called for them yet: do not empty Redis; they are stored when Postgres answers`,
    ),
  ];
}
