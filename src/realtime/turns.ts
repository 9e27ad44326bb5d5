/**
 * Shares the turns of the event loop: so much is done in each, the rest waits in order. Between two turns alerts are
 * taken and sent as ever, however many sockets come back at once.
 */
export class Turns {
  readonly #waiting: { readonly cost: number; readonly go: () => void }[] = [];
  #left: number;
  #isRunning = false;

  constructor(private readonly costPerTurn: number) {
    this.#left = costPerTurn;
  }

  /** Resolves when it is the caller's turn: at once while there is room in this one. */
  async take(cost: number): Promise<void> {
    if (!this.#isRunning) this.#runNext();
    if (this.#left > 0 && this.#waiting.length === 0) this.#left -= cost;
    else await new Promise<void>((go) => this.#waiting.push({ cost, go }));
  }

  #turn(): void {
    this.#left = this.costPerTurn;
    let taken = 0;
    while (this.#left > 0 && taken < this.#waiting.length) {
      const { cost, go } = this.#waiting[taken]!;
      this.#left -= cost;
      taken += 1;
      go();
    }
    this.#waiting.splice(0, taken);
    this.#isRunning = false;
    if (taken > 0) this.#runNext();
  }

  #runNext(): void {
    this.#isRunning = true;
    setImmediate(() => this.#turn());
  }
}
