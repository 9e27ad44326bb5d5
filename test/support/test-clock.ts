import type { Clock } from '../../src/clock.js';

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  #time: number;

  constructor(start = '2026-01-01T00:00:00.000Z') {
    this.#time = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#time);
  }

  /** Moves the clock forward by `ms` milliseconds. */
  advance(ms: number): void {
    this.#time += ms;
  }
}
