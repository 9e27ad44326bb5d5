/** Lets so many pieces of work run at once, and so many wait; each in turn. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(
    private readonly atOnce: number,
    private readonly maxWaiting: number,
  ) {}

  /** The outcome of `work`; undefined, without having begun it, when too many wait. */
  run<T>(work: () => Promise<T>): Promise<T> | undefined {
    if (this.#running >= this.atOnce && this.#waiting.length >= this.maxWaiting) return undefined;
    return this.#inTurn(work);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The slot goes on to the next one in the queue, or becomes free.
      if (next) next();
      else this.#running -= 1;
    }
  }
}
