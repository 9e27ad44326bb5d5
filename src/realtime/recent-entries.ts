import type { LogEntry } from '../alerts/alert.js';

/** The last entries of the log without a gap, in memory: most replays never touch Postgres. */
export class RecentEntries {
  #entries: LogEntry[] = [];
  #position = 0;

  constructor(readonly capacity: number) {}

  /** `seq` of the last entry that was delivered here. */
  get position(): number {
    return this.#position;
  }

  /** The lowest `seq` that is covered. */
  get floor(): number {
    return this.#position - this.#entries.length;
  }

  /** Forgets everything and goes on after `seq`. */
  startAfter(seq: number): void {
    this.#entries = [];
    this.#position = seq;
  }

  /** Adds the next entries. */
  add(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      if (entry.seq !== this.#position + 1) this.#entries = [];
      this.#entries.push(entry);
      this.#position = entry.seq;
    }
    // In bulk, so that an entry costs no shift of all the others.
    if (this.#entries.length > 2 * this.capacity) this.#entries.splice(0, this.#entries.length - this.capacity);
  }

  /** True when every entry after `seq` is here. */
  covers(seq: number): boolean {
    return seq <= this.#position && seq >= this.floor;
  }

  /** The entries after a covered `seq`, up to `through`. */
  after(seq: number, through = this.#position): readonly LogEntry[] {
    return this.#entries.slice(seq - this.floor, through - this.floor);
  }
}
