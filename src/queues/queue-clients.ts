import { createIORedisClient, RedisConnection } from 'bullmq';
import { RoleRedis, type RoleRedisOptions } from '../redis/role-redis.js';

/**
 * BullMQ opens and closes its own connections, from options; this makes them of our class. So their errors show no
 * password, they see to it that they are where they should be, and they take a new password while they live.
 */
RedisConnection.clientFactory = (options) => {
  const settings = { naboomRole: 'queue', ...options } as unknown as RoleRedisOptions;
  return createIORedisClient(new RoleRedis(settings));
};
