/**
 * Group commit: while one write is in flight, later values wait and go together in the next, so that a write at rest
 * waits for nobody and many cost little more than one.
 */
export class GroupedWrites<T> {
  #waiting: T[] = [];
  #next: Promise<void> | undefined;
  #inFlight: Promise<void> = Promise.resolve();

  constructor(private readonly write: (values: readonly T[]) => Promise<void>) {}

  /** Resolves when the value is written; rejects with the error of the write that it was part of. */
  add(value: T): Promise<void> {
    this.#waiting.push(value);
    this.#next ??= this.#inFlight.then(() => this.#writeWaiting());
    return this.#next;
  }

  #writeWaiting(): Promise<void> {
    const values = this.#waiting;
    this.#waiting = [];
    this.#next = undefined;
    const written = this.write(values);
    this.#inFlight = written.catch(() => undefined);
    return written;
  }
}
