import { createRequire } from 'node:module';
import type { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { keys } from '../redis/redis.keys.js';
import type { RoleClient } from '../redis/role-client.js';
import type { Limit, LimitState } from './limit.js';

/** Loaded when somebody signs in, not when the process starts: it brings limiters for a dozen databases. */
const load = createRequire(import.meta.url);

/** Counts in Redis, for all nodes together; in this process alone while Redis is away. */
export class RateLimits {
  readonly #limiters = new Map<string, RateLimiterRedis>();

  constructor(private readonly redis: RoleClient) {}

  /** Takes a point of `who`. Never rejects: with Redis away memory counts. */
  async take(limit: Limit, who: string): Promise<LimitState> {
    try {
      return stateOf(limit, await this.#limiter(limit).consume(who), true);
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      return stateOf(limit, refusal as RateLimiterRes, false);
    }
  }

  /** Where `who` stands, without taking a point: the same script with nothing to add. Never rejects. */
  async look(limit: Limit, who: string): Promise<LimitState> {
    const result = await this.#limiter(limit).penalty(who, 0);
    return stateOf(limit, result, result.consumedPoints < limit.points);
  }

  /** Counts what turned out to be wrong after {@link look} allowed it. Never rejects. */
  async count(limit: Limit, who: string): Promise<LimitState> {
    const result = await this.#limiter(limit).penalty(who, 1);
    return stateOf(limit, result, true);
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

function stateOf(limit: Limit, result: RateLimiterRes, allowed: boolean): LimitState {
  const { remainingPoints: remaining, msBeforeNext } = result;
  return { limit, allowed, remaining, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1000)) };
}
