import type { LogEntry } from '../alerts/alert.js';
import type { EntrySource } from '../alerts/log-tail.js';
import type { CursorName } from './log-cursors.js';

/** Somebody who reads the whole log, each entry in order, across restarts. */
export interface DurableReader {
  readonly cursor: CursorName;
  /** Entries younger than this are left for the stream to bring, ms. */
  readonly settleMs: number;
  /**
   * Takes the next run of entries and moves its cursor. A rejection brings the same entries again.
   * @throws CursorMoved when Postgres says that these are not its next entries
   */
  take(entries: readonly LogEntry[], source: EntrySource): Promise<void>;
}
