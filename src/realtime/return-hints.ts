import type { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import type { RealtimeSocket } from './socket-events.js';

/** Sockets that one process brings back in a second, each 1 000 events behind, while people press (docs/performance.md). */
const RETURNS_A_SECOND = 1000;
const SHORTEST_MS = 1000;
const LONGEST_MS = 30_000;
/** All are told anew when what they were told is too short or too long by this factor. */
const OUTDATED = 1.5;

/** Over how long a herd of so many should spread its return, ms. */
export function returnWithin(sockets: number): number {
  const ms = Math.ceil((sockets / RETURNS_A_SECOND) * 10) * 100;
  return Math.min(Math.max(ms, SHORTEST_MS), LONGEST_MS);
}

/**
 * Tells sockets how widely to spread their return, before it is needed: a process that dies tells nobody anything. So
 * each socket is told when it goes live, and all of them when their number has changed much.
 */
export class ReturnHints {
  #told = SHORTEST_MS;

  constructor(private readonly sockets: LiveSockets) {}

  /** Tells a socket that has just gone live. */
  greet(socket: RealtimeSocket): void {
    // What the others know: somebody who comes in between two of our words to all must not fall behind the first.
    this.sockets.writer.write(socket, PreFramed.of('return', [{ withinMs: this.#told }]));
  }

  /** Tells all sockets if what they were told is no longer right. */
  tellWhenOutdated(): void {
    const withinMs = returnWithin(this.sockets.size);
    if (withinMs === this.#told) return;
    if (withinMs < this.#told * OUTDATED && withinMs * OUTDATED > this.#told) return;
    this.#told = withinMs;
    const hint = PreFramed.of('return', [{ withinMs }]);
    for (const group of this.sockets.groups()) this.sockets.send(group, hint);
    this.sockets.checkSoon();
  }
}
