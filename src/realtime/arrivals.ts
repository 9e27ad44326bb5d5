import type { Server } from 'node:http';

/** Counts connections as they are taken: one that has just come means that more may wait to be. */
export class Arrivals {
  #count = 0;

  get count(): number {
    return this.#count;
  }

  watch(server: Pick<Server, 'on'>): void {
    server.on('connection', () => (this.#count += 1));
  }
}
