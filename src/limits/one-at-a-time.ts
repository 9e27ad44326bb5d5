import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import { Slots } from '../slots.js';

const MAX_WAITING = 100;
const MAX_WAIT_MS = 10_000;
const RETRY_AFTER_SECONDS = 5;

/** One piece of work at a time for each of whoever waits, in this process. */
export class OneAtATime {
  readonly #slots = new Map<string, Slots>();

  constructor(private readonly clock: Clock) {}

  /** For how many there is work. */
  get size(): number {
    return this.#slots.size;
  }

  /** @throws AppError TOO_MANY_REQUESTS when too many wait already, or for too long: then it works in a few seconds */
  async use<T>(who: string, work: () => Promise<T>): Promise<T> {
    const slots = this.#slots.get(who) ?? new Slots(1);
    if (slots.waiting >= MAX_WAITING) throw tooBusy();
    this.#slots.set(who, slots);
    const begin = this.clock.now().getTime();
    try {
      return await slots.use(async () => {
        // Else a database that hangs would keep the last one waiting for the time limits of all before.
        if (this.clock.now().getTime() - begin > MAX_WAIT_MS) throw tooBusy();
        return work();
      });
    } finally {
      if (slots.isIdle) this.#slots.delete(who);
    }
  }
}

function tooBusy(): AppError {
  return new AppError('TOO_MANY_REQUESTS', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
