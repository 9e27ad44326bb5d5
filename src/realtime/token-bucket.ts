/** Events a second, and how many may come at once. */
const PER_SECOND = 20;
const BURST = 40;

/** How much one socket may ask for. */
export class TokenBucket {
  #tokens = BURST;
  #filledAt: number;

  /** @param nowMs the time, ms */
  constructor(nowMs: number) {
    this.#filledAt = nowMs;
  }

  /** Takes one token; gives the seconds to wait when there is none. */
  take(nowMs: number): number {
    const earned = (Math.max(0, nowMs - this.#filledAt) / 1000) * PER_SECOND;
    this.#tokens = Math.min(BURST, this.#tokens + earned);
    this.#filledAt = nowMs;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / PER_SECOND);
    this.#tokens -= 1;
    return 0;
  }
}
