import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** How bad a network is; nothing is lost for good, as TCP sends again what a network loses. */
export interface Weather {
  /** What every byte is late, ms. */
  readonly delayMs?: number;
  /** A random part of this comes on top, ms. */
  readonly jitterMs?: number;
  /** The share of pieces that are "lost", 0 to 1, and what it takes until they have been sent again, ms. */
  readonly loss?: { readonly share: number; readonly againMs: number };
  readonly bytesPerSecond?: number;
}

/** What may be on its way, bytes; more is left with the sender, who notices that nobody reads. */
const ON_ITS_WAY = 64 * 1024;

/** One direction of a connection. Bytes keep their order: what is late makes all that follows late. */
export class NetworkLane {
  #weather: Weather = {};
  #opened = Promise.resolve();
  #open: () => void = () => undefined;
  #isOpen = true;
  #onItsWay = 0;
  #arrival = 0;
  #last = Promise.resolve();

  /** @param isLost asked before each piece is handed on: true ends the connection instead */
  constructor(
    readonly from: Socket,
    private readonly to: Socket,
    private readonly isLost: () => boolean = () => false,
  ) {
    from.setNoDelay(true);
    from.on('data', (piece: Buffer) => this.#carry(piece));
    from.on('end', () => this.#afterAll(() => to.end()));
    from.on('error', () => undefined); // its close tells the other side
    from.on('close', () => this.#afterAll(() => to.destroy()));
  }

  change(isOpen: boolean, weather: Weather): void {
    this.#weather = weather;
    if (isOpen === this.#isOpen) return;
    this.#isOpen = isOpen;
    if (isOpen) this.#open();
    else this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  #carry(piece: Buffer): void {
    const { delayMs = 0, jitterMs = 0, loss, bytesPerSecond } = this.#weather;
    const again = loss && Math.random() < loss.share ? loss.againMs : 0;
    const late = delayMs + Math.random() * jitterMs + again;
    const sending = bytesPerSecond ? (piece.length / bytesPerSecond) * 1000 : 0;
    this.#arrival = Math.max(this.#arrival, performance.now() + late) + sending;
    const due = this.#arrival;
    this.#onItsWay += piece.length;
    if (this.#onItsWay > ON_ITS_WAY) this.from.pause();
    this.#afterAll(async () => {
      const wait = due - performance.now();
      if (wait > 0) await delay(wait);
      await this.#opened; // it may have been closed meanwhile
      await this.#handOver(piece);
    });
  }

  async #handOver(piece: Buffer): Promise<void> {
    if (this.isLost()) {
      this.from.destroy();
      this.to.destroy();
    } else if (this.to.writable && !this.to.write(piece)) {
      await Promise.race([once(this.to, 'drain'), once(this.to, 'close')]).catch(() => undefined);
    }
    this.#onItsWay -= piece.length;
    if (this.#onItsWay <= ON_ITS_WAY) this.from.resume();
  }

  #afterAll(work: () => unknown): void {
    this.#last = this.#last.then(async () => {
      await this.#opened;
      await work();
    });
  }
}
