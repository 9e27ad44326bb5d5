import { setTimeout as delay } from 'node:timers/promises';
import { closeConnection, engineOf } from './engine.js';
import type { RealtimeSocket } from './socket-events.js';

/** What a device that comes back after a day says at once, and what it says after that. */
const BURST = 500;
const PER_SECOND = 100;
/** What may wait of a socket on polling, where nobody can stop its sender from bringing more. */
const MOST_WAITING = 1000;

/**
 * How fast one socket is heard. Nothing that it says is refused for that, a panic least of all: what comes too fast
 * waits, at last in the sender's own hands, and everybody else is served meanwhile. Who floods for so long that pongs
 * are not read in time ends the connection by that; on polling, who lets too much wait. What has come is done all the same.
 */
export class ReadingPace {
  #left = BURST;
  #filledAt: number;
  #waiting = 0;

  /** @param nowMs the time, ms */
  constructor(
    private readonly socket: RealtimeSocket,
    nowMs: number,
  ) {
    this.#filledAt = nowMs;
  }

  /**
   * Resolves when what came may be done, in the order of coming.
   * @param cost of it; most things cost 1
   */
  async turn(cost: number, nowMs: number): Promise<void> {
    const earned = (Math.max(0, nowMs - this.#filledAt) / 1000) * PER_SECOND;
    this.#left = Math.min(BURST, this.#left + earned) - cost;
    this.#filledAt = nowMs;
    if (this.#left >= 0) return;
    const waitMs = (-this.#left / PER_SECOND) * 1000;
    this.#pause();
    await delay(waitMs, undefined, { ref: false });
    // The last one of those that wait has paid for all.
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#websocket?.resume();
  }

  /** Reads no more; what came in the same TCP segment still comes. */
  #pause(): void {
    this.#waiting += 1;
    // Each time: it may have come from polling only now.
    this.#websocket?.pause();
    if (this.#waiting === MOST_WAITING && !this.#websocket) closeConnection(this.socket);
  }

  /** Absent on polling. */
  get #websocket() {
    return engineOf(this.socket).transport.socket;
  }
}
