import type { Arrivals } from './arrivals.js';

/** Turns that are left to newcomers one after the other; a flood of connections must not stop all else. */
const MOST_LEFT = 50;

/**
 * Shares the turns of the event loop: so much is done in each, the rest waits in order. Between two turns alerts are
 * taken and sent as ever, however many sockets come back at once.
 *
 * Node takes one connection a turn, and a panic comes by one: behind a herd it would wait for as many turns as there are
 * sockets before it. So while connections come in, turns are left to them; what they ask for is answered or waits here.
 */
export class Turns {
  readonly #waiting: { readonly cost: number; readonly go: () => void }[] = [];
  #left: number;
  #isRunning = false;
  #arrived = 0;
  #leftToNewcomers = 0;

  constructor(
    private readonly costPerTurn: number,
    private readonly arrivals: Pick<Arrivals, 'count'> = { count: 0 },
  ) {
    this.#left = costPerTurn;
  }

  /** Resolves when it is the caller's turn: at once while there is room in this one. */
  async take(cost: number): Promise<void> {
    if (!this.#isRunning) this.#runNext();
    if (this.#left > 0 && this.#waiting.length === 0) this.#left -= cost;
    else await new Promise<void>((go) => this.#waiting.push({ cost, go }));
  }

  #turn(): void {
    if (this.#isForNewcomers()) return this.#runNext();
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

  #isForNewcomers(): boolean {
    const { count } = this.arrivals;
    const someCame = count !== this.#arrived;
    this.#arrived = count;
    this.#leftToNewcomers = someCame && this.#leftToNewcomers < MOST_LEFT ? this.#leftToNewcomers + 1 : 0;
    return this.#leftToNewcomers > 0;
  }

  #runNext(): void {
    this.#isRunning = true;
    setImmediate(() => this.#turn());
  }
}
