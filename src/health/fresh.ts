import type { Clock } from '../clock.js';

/** How long a probe's outcome counts, ms: more requests than that must not load the servers. */
const FRESH_MS = 1000;

/** The last outcome of a probe while it is fresh; otherwise one run that all who ask meanwhile share. */
export class Fresh<T> {
  #last: { readonly value: T; readonly at: number } | undefined;
  #running: Promise<T> | undefined;

  constructor(
    private readonly probe: () => Promise<T>,
    private readonly clock: Clock,
  ) {}

  get(): Promise<T> {
    const age = this.#last ? this.clock.now().getTime() - this.#last.at : -1;
    // A clock that was set back makes the age negative: then the outcome is stale, not fresh for ever.
    if (this.#last && age >= 0 && age < FRESH_MS) return Promise.resolve(this.#last.value);
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #run(): Promise<T> {
    const value = await this.probe();
    this.#last = { value, at: this.clock.now().getTime() };
    return value;
  }
}
