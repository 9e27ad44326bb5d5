/** How much may come at once, and how much a second after that. */
export interface Budget {
  readonly burst: number;
  readonly perSecond: number;
}

/** Counts what comes against a budget. */
export class TokenBucket {
  #tokens: number;
  #filledAt: number;

  /** @param nowMs the time, ms */
  constructor(
    private readonly budget: Budget,
    nowMs: number,
  ) {
    this.#tokens = budget.burst;
    this.#filledAt = nowMs;
  }

  /** Takes one token; gives the seconds to wait when there is none (Infinity when there will never be one). */
  take(nowMs: number): number {
    this.#fill(nowMs);
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.budget.perSecond);
    this.#tokens -= 1;
    return 0;
  }

  /** Puts one token back that was taken for nothing. */
  giveBack(): void {
    this.#tokens = Math.min(this.budget.burst, this.#tokens + 1);
  }

  /** True when nothing is known of it that a new one would not know. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= this.budget.burst;
  }

  #fill(nowMs: number): void {
    const earned = (Math.max(0, nowMs - this.#filledAt) / 1000) * this.budget.perSecond;
    this.#tokens = Math.min(this.budget.burst, this.#tokens + earned);
    this.#filledAt = nowMs;
  }
}
