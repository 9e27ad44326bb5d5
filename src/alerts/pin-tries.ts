import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';

/** Wrong PINs of one alert, or one account, within the window; more are not even looked at. */
const TRIES = 5;
const WINDOW_MS = 15 * 60_000;
/** Alerts or accounts that are remembered before those whose window has ended are forgotten. */
const SWEEP_AT = 1000;

interface Tried {
  count: number;
  readonly endsAt: number;
}

/** How often a wrong PIN may be given for an alert, or for an account. In memory, so for each node: a handful of tries more does no harm. */
export class PinTries {
  readonly #tried = new Map<string, Tried>();

  constructor(private readonly clock: Clock) {}

  /** How many are remembered. */
  get size(): number {
    return this.#tried.size;
  }

  /**
   * Counts a try as wrong until it is given back: many at once get no more tries than one after the other.
   * @throws AppError TOO_MANY_REQUESTS
   */
  take(who: string): { giveBack(): void } {
    const now = this.clock.now().getTime();
    const known = this.#tried.get(who);
    const tried = known && known.endsAt > now ? known : { count: 0, endsAt: now + WINDOW_MS };
    if (tried.count >= TRIES) {
      const retryAfterSeconds = Math.ceil((tried.endsAt - now) / 1000);
      throw new AppError('TOO_MANY_REQUESTS', 'Too many wrong PINs', { retryAfterSeconds });
    }
    tried.count += 1;
    if (this.#tried.size >= SWEEP_AT) this.#sweep(now);
    this.#tried.set(who, tried);
    return { giveBack: () => void (tried.count -= 1) };
  }

  #sweep(now: number): void {
    for (const [who, { endsAt }] of this.#tried) if (endsAt <= now) this.#tried.delete(who);
  }
}
