import type { CursorName } from './log-cursors.js';

/**
 * Somebody who follows the whole log, across restarts. The log is gapless and its `seq` is in commit order, so the head
 * of the log says all that is new: whoever stands at `n` has everything up to `n`.
 */
export interface DurableReader {
  readonly cursor: CursorName;
  /** Goes on after `seq`, where its cursor stands. */
  start(seq: number): void;
  /** These entries are in the streams, in any order. */
  heard?(seqs: readonly number[]): void;
  /**
   * Does what is to be done up to `head`, or as far as it can now. A rejection is followed by another call.
   * @throws CursorMoved when Postgres says that it stands elsewhere
   */
  advance(head: number): Promise<void>;
  /** Writes its cursor down, where that may come late. */
  save(): Promise<void>;
}
