import type { Caller } from '../auth/caller.js';
import type { Clock } from '../clock.js';
import { sourceOf } from '../source-address.js';
import { TokenBucket, type Budget } from '../token-bucket.js';
import type { Decision } from './decision.js';

const MINUTE_MS = 60_000;

export interface FloodLimits {
  /** Presses a minute from one address that stay verified. */
  readonly perAddress: number;
  /** The same of all addresses together. */
  readonly total: number;
}

/** What the lanes say of one press. */
export interface Lane {
  /** More came than people press: the alert is stored, but not told to every responder. */
  readonly flooded: boolean;
  /** To be called when it is known what became of the press; without a decision: it could not be stored. */
  settle(decision?: LaneDecision): void;
}
type LaneDecision = Pick<Decision, 'outcome' | 'proven' | 'promoted'>;

const UNCOUNTED: Lane = { flooded: false, settle: () => undefined };
const FLOODED: Lane = { flooded: true, settle: () => undefined };

/**
 * Which presses are told to every responder. A flood is never refused: what is over the budgets is stored as unverified.
 * Counted in memory and by each node for itself: nothing on the way of a panic waits for a server that it does not need.
 */
export class Lanes {
  readonly #perAddress: Budget;
  readonly #total: TokenBucket;
  /** Buckets that are not full. One is added only with a token of `total`, so that many addresses cannot fill memory. */
  readonly #buckets = new Map<string, TokenBucket>();
  #sweptAt: number;

  constructor(
    limits: FloodLimits,
    private readonly clock: Clock,
  ) {
    const now = this.#now();
    this.#perAddress = perMinute(limits.perAddress);
    this.#total = new TokenBucket(perMinute(limits.total), now);
    this.#sweptAt = now;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * Counts a press; people who are signed in, machines and operators are not counted.
   * @param address where it comes from; without one (another part of this system presses) it is not counted
   */
  enter(caller: Caller, address: string | undefined): Lane {
    if (address === undefined || (caller.kind !== 'anonymous' && caller.kind !== 'reporter')) return UNCOUNTED;
    const now = this.#now();
    const source = sourceOf(address);
    const bucket = this.#take(source, now);
    if (!bucket) return FLOODED;
    return {
      flooded: false,
      settle: (decision) => {
        if (decision && !isFree(decision)) return;
        bucket.giveBack();
        this.#total.giveBack();
        if (bucket.isFull(this.#now())) this.#buckets.delete(source);
      },
    };
  }

  /** The bucket that a token was taken of; undefined when there was none. The address first: it must not spend `total`. */
  #take(source: string, now: number): TokenBucket | undefined {
    this.#sweep(now);
    const known = this.#buckets.get(source);
    const bucket = known ?? new TokenBucket(this.#perAddress, now);
    if (bucket.take(now) > 0) return undefined;
    if (this.#total.take(now) > 0) {
      bucket.giveBack();
      return undefined;
    }
    if (!known) this.#buckets.set(source, bucket);
    return bucket;
  }

  /** Forgets the addresses that nothing came from for a while. */
  #sweep(now: number): void {
    if (now - this.#sweptAt < MINUTE_MS) return;
    this.#sweptAt = now;
    for (const [source, bucket] of this.#buckets) if (bucket.isFull(now)) this.#buckets.delete(source);
  }

  #now(): number {
    return this.clock.now().getTime();
  }
}

function perMinute(presses: number): Budget {
  return { burst: presses, perSecond: presses / 60 };
}

/**
 * A press costs nothing that only repeats what is known: a retry, or one more press of somebody who proves to be the
 * reporter. It does when it brings the alert into the verified lane: else a flood would cost nothing a minute later.
 */
function isFree({ outcome, proven, promoted }: LaneDecision): boolean {
  return outcome !== 'raised' && proven && !promoted;
}
