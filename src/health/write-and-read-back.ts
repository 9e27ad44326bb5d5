import { randomUUID } from 'node:crypto';
import type { RoleClient } from '../redis/role-client.js';
import { ProbeFailure } from './probe-user.js';

const TTL_SECONDS = 10;

/** Writes a probe key that expires by itself, and reads it. A PING would lie: it is fine while every write fails. */
export async function writeAndReadBack(redis: RoleClient, key: string): Promise<void> {
  const value = randomUUID();
  await redis.set(key, value, 'EX', TTL_SECONDS);
  if ((await redis.get(key)) !== value) throw new ProbeFailure('What was read back is not what was written');
}
