import { setTimeout as delay } from 'node:timers/promises';
import { PlainError } from '../../scripts/lib/plain-error.mjs';

const LOOK_EVERY_MS = 20;
const WITHIN_MS = 120_000;

/** Counts what arrives at a program, each id once; times in ms of its own clock. Programs answer for it over HTTP. */
export class Arrivals {
  #ids = new Set();
  #twice = 0;
  #firstAt = 0;
  #lastAt = 0;

  add(id) {
    this.#lastAt = performance.now();
    this.#firstAt ||= this.#lastAt;
    if (this.#ids.has(id)) this.#twice += 1;
    this.#ids.add(id);
  }

  /** `GET` tells the count, `DELETE` begins a new one. */
  answer({ method }, response) {
    const [once, twice, firstAt, lastAt] = [this.#ids.size, this.#twice, this.#firstAt, this.#lastAt];
    if (method === 'DELETE') {
      this.#ids.clear();
      this.#twice = this.#firstAt = this.#lastAt = 0;
    }
    response.end(JSON.stringify({ once, twice, firstAt, lastAt }));
  }
}

/** Begins a new count at the program at `url`. */
export async function restartCount(url) {
  await (await fetch(url, { method: 'DELETE' })).arrayBuffer();
}

/**
 * Waits until `count` ids have arrived at the program at `url`.
 * @returns how many arrived a second, from the first to the last; throws when one is missing, one too many, or twice
 */
export async function arrivalRate(url, count) {
  const deadline = performance.now() + WITHIN_MS;
  for (;;) {
    const { once, twice, firstAt, lastAt } = await (await fetch(url)).json();
    if (twice > 0 || once > count) throw new PlainError(`of ${count} jobs ${once} arrived, ${twice} of them twice`);
    if (once === count) return (count * 1000) / (lastAt - firstAt);
    if (performance.now() > deadline) throw new PlainError(`of ${count} jobs only ${once} arrived`);
    await delay(LOOK_EVERY_MS);
  }
}
