import type { CursorName, LogCursors } from './log-cursors.js';

const SAVE_EVERY_MS = 1000;

/**
 * A cursor that is ahead of what Postgres knows of it, for work that may be done twice: after a crash a second of it
 * is. A write a second costs the same however many alerts there are.
 */
export class LazyCursor {
  #position = 0;
  #saved = 0;
  #savedAt = 0;

  constructor(
    private readonly cursors: Pick<LogCursors, 'advance'>,
    readonly name: CursorName,
  ) {}

  get position(): number {
    return this.#position;
  }

  start(seq: number): void {
    this.#position = seq;
    this.#saved = seq;
    this.#savedAt = performance.now();
  }

  /** Moves on; errors as of {@link save}. */
  async moveTo(seq: number): Promise<void> {
    this.#position = seq;
    if (performance.now() - this.#savedAt >= SAVE_EVERY_MS) await this.save();
  }

  /** @throws CursorMoved when somebody else moved it, or the log has no such entry */
  async save(): Promise<void> {
    this.#savedAt = performance.now();
    const to = this.#position;
    if (to === this.#saved) return;
    await this.cursors.advance(this.name, this.#saved, to);
    this.#saved = to;
  }
}
