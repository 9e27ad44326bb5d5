import { createRequire } from 'node:module';
import type { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { keys } from '../redis/redis.keys.js';
import type { RoleRedis } from '../redis/role-redis.js';
import type { Limit, LimitState } from './limit.js';

/** Loaded when somebody signs in, not when the process starts: it brings limiters for a dozen databases. */
const load = createRequire(import.meta.url);

/** Counts in Redis, for all nodes together; in this process alone while Redis is away. */
export class RateLimits {
  readonly #limiters = new Map<string, RateLimiterRedis>();

  constructor(private readonly redis: RoleRedis) {}

  /** Takes a point of `who`. Never rejects: with Redis away memory counts. */
  async take(limit: Limit, who: string): Promise<LimitState> {
    try {
      return stateOf(limit, await this.#limiter(limit).consume(who), true);
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      return stateOf(limit, refusal as RateLimiterRes, false);
    }
  }

  /** Gives back a point that was taken for something that turned out to be right. */
  async giveBack(limit: Limit, who: string): Promise<void> {
    await this.#limiter(limit).reward(who);
  }

  #limiter(limit: Limit): RateLimiterRedis {
    let limiter = this.#limiters.get(limit.name);
    if (!limiter) {
      const { points, seconds: duration } = limit;
      const { RateLimiterMemory, RateLimiterRedis } = load(
        'rate-limiter-flexible',
      ) as typeof import('rate-limiter-flexible');
      limiter = new RateLimiterRedis({
        storeClient: this.redis,
        keyPrefix: keys.limit(limit.name),
        points,
        duration,
        rejectIfRedisNotReady: true,
        insuranceLimiter: new RateLimiterMemory({ points, duration }),
      });
      this.#limiters.set(limit.name, limiter);
    }
    return limiter;
  }
}

function stateOf(limit: Limit, { remainingPoints, msBeforeNext }: RateLimiterRes, allowed: boolean): LimitState {
  // More than all can be left after a point was taken in memory and given back in Redis.
  const remaining = Math.min(remainingPoints, limit.points);
  return { limit, allowed, remaining, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) };
}
