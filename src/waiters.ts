/**
 * Those who wait for something to become true, each for a time of its own. A promise that many wait for would keep each of
 * them until it settles, however long ago they gave up; here nothing is left of them.
 */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves true once `isTrue` says so, now or at a later {@link look}; false when it does not within `timeoutMs`. */
  async until(isTrue: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isTrue()) return true;
    return new Promise((resolve) => {
      const check = () => {
        if (isTrue()) finish(true);
      };
      const finish = (came: boolean) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(came);
      };
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.#waiting.add(check);
    });
  }

  /** Looks, for each of them, whether it is true now. To be called after every change that they may wait for. */
  look(): void {
    for (const check of this.#waiting) check();
  }
}
