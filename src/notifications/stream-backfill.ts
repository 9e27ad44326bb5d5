import type { LogEntry } from '../alerts/alert.js';
import type { AlertStream } from '../alerts/alert-stream.js';
import type { EntrySource } from '../alerts/log-tail.js';
import type { Database } from '../database/database.js';
import type { DurableReader } from './durable-reader.js';
import type { LogCursors } from './log-cursors.js';

/**
 * Adds to the Redis streams what they lack, so that outside consumers of them miss nothing: an entry that had to be
 * read from the log was not in the stream. Has a cursor of its own, because it waits for Redis while deliveries do not.
 */
export class StreamBackfill implements DurableReader {
  readonly cursor = 'streams';
  /** The node that committed an entry is about to add it; only what is late is missing. */
  readonly settleMs = 1000;

  constructor(
    private readonly database: Database,
    private readonly cursors: LogCursors,
    private readonly stream: AlertStream,
  ) {}

  async take(entries: readonly LogEntry[], source: EntrySource): Promise<void> {
    if (source === 'log') await this.stream.add(entries);
    const from = entries[0]!.seq - 1;
    const to = entries.at(-1)!.seq;
    // A cursor that a crash sets back adds entries twice, which the streams allow.
    await this.database.transaction((client) => this.cursors.advance(client, this.cursor, from, to), 'relaxed');
  }
}
