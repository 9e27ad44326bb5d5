/** When a failed delivery is tried again; times in ms. */
export interface RetryLimits {
  readonly firstRetryMs: number;
  readonly maxRetryMs: number;
  readonly maxAttempts: number;
}

/** Twelve attempts over about two and a half hours. */
export const RETRY_LIMITS: RetryLimits = { firstRetryMs: 5000, maxRetryMs: 3_600_000, maxAttempts: 12 };

/** Share of the delay that is left to chance, so that many deliveries do not come back in step. */
const JITTER = 0.2;

/**
 * Time until the next attempt after `attempts` failed ones: doubles each time, bounded, with jitter. A receiver that
 * asks for more time (`askedMs`) gets it, up to the same bound.
 */
export function retryDelay(attempts: number, limits: RetryLimits, askedMs = 0, random = Math.random): number {
  const backOff = Math.min(limits.firstRetryMs * 2 ** (attempts - 1), limits.maxRetryMs);
  const jittered = backOff * (1 - JITTER + 2 * JITTER * random());
  return Math.round(Math.max(jittered, Math.min(askedMs, limits.maxRetryMs)));
}

/** Reads a `Retry-After` header, seconds or a date, as ms from `now`; 0 when there is none that can be read. */
export function readRetryAfter(header: string | undefined, now: Date): number {
  if (!header) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime());
}
