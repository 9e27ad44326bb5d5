import { Injectable } from '@nestjs/common';
import { AppError } from '../errors/app-error.js';
import { redisFailureOf } from '../redis/redis-failure.js';
import { keys } from '../redis/redis.keys.js';
import { InjectRedis } from '../redis/redis.modules.js';
import { RoleConnections } from '../redis/role-connections.js';
import type { RoleClient } from '../redis/role-client.js';

const DEFAULT_TTL_SECONDS = 300;
/** Largest value, bytes of JSON: one that is bigger holds up everybody else's commands. */
const MAX_VALUE_BYTES = 64 * 1024;
const NAME = /^[\w:.-]{1,200}$/;

/** JSON values in Redis that may vanish at any time. A Redis that refuses or fails is an error, never a miss. */
@Injectable()
export class CacheService {
  constructor(@InjectRedis('app') private readonly app: RoleConnections) {}

  /**
   * @returns the value, or undefined on a miss. One that is no JSON is a miss and is deleted.
   * @throws AppError REDIS_* when Redis refuses or fails
   */
  async get(name: string): Promise<unknown> {
    const key = keyOf(name);
    const text = await this.#run((redis) => redis.get(key));
    if (text === null) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      await this.delete(name);
      return undefined;
    }
  }

  /**
   * Keeps `value` for `ttlSeconds`.
   * @throws RangeError when it is over 64 KiB as JSON, or no JSON value; AppError REDIS_* when Redis refuses or fails
   */
  async set(name: string, value: unknown, ttlSeconds = DEFAULT_TTL_SECONDS): Promise<void> {
    const key = keyOf(name);
    const text = JSON.stringify(value) as string | undefined;
    if (text === undefined) throw new RangeError(`The cache value ${name} is no JSON value`);
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_VALUE_BYTES) throw new RangeError(`The cache value ${name} has ${bytes} bytes, over 64 KiB`);
    await this.#run((redis) => redis.set(key, text, 'EX', ttlSeconds));
  }

  /** Forgets a value. @throws AppError REDIS_* when Redis refuses or fails */
  async delete(name: string): Promise<void> {
    const key = keyOf(name);
    await this.#run((redis) => redis.unlink(key));
  }

  async #run<T>(work: (redis: RoleClient) => Promise<T>): Promise<T> {
    const redis = this.app.commands;
    try {
      return await work(redis);
    } catch (error) {
      const { code, message } = redisFailureOf(error, redis);
      throw new AppError(code, message, { cause: error });
    }
  }
}

function keyOf(name: string): string {
  if (!NAME.test(name)) throw new RangeError('A cache name has 1-200 letters, digits or _ : . -');
  return keys.cache(name);
}
