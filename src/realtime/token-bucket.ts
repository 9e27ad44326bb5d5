/** Events a second, and how many may come at once. */
export interface Pace {
  readonly perSecond: number;
  readonly burst: number;
}

/** How much one socket may ask for. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** @param nowMs the time, ms */
  constructor(
    private readonly pace: Pace,
    nowMs: number,
  ) {
    this.#tokens = pace.burst;
    this.#filledAt = nowMs;
  }

  /** Takes one token; gives the seconds to wait when there is none. */
  take(nowMs: number): number {
    const { perSecond, burst } = this.pace;
    const earned = (Math.max(0, nowMs - this.#filledAt) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + earned);
    this.#filledAt = nowMs;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / perSecond);
    this.#tokens -= 1;
    return 0;
  }
}
