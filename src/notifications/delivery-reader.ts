import { Logger } from '@nestjs/common';
import type { LogEntry } from '../alerts/alert.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { classifyRedisError } from '../redis/redis-error.js';
import type { Deliveries } from './deliveries.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { DurableReader } from './durable-reader.js';
import type { LogCursors } from './log-cursors.js';

interface Parts {
  readonly database: Database;
  readonly cursors: LogCursors;
  readonly deliveries: Deliveries;
  readonly queue: DeliveryQueue;
  readonly clock: Clock;
  /** Receivers of every event. */
  readonly targets: readonly string[];
}

/** Turns every event into one delivery a receiver: rows and cursor in one transaction, then jobs. */
export class DeliveryReader implements DurableReader {
  readonly cursor = 'deliveries';
  readonly settleMs = 0;
  readonly #logger = new Logger('Deliveries');

  constructor(private readonly parts: Parts) {}

  async take(entries: readonly LogEntry[]): Promise<void> {
    const { database, cursors, deliveries, queue, clock, targets } = this.parts;
    const range = { after: entries[0]!.seq - 1, through: entries.at(-1)!.seq };
    // Without rows there is only a cursor, which a crash may set back.
    const durability = targets.length === 0 ? 'relaxed' : 'full';
    const added = await database.transaction(async (client) => {
      await cursors.advance(client, this.cursor, range.after, range.through);
      return deliveries.insert(client, range, [...new Set(targets)], clock.now());
    }, durability);
    if (added.length === 0) return;
    // The rows are committed: what cannot be queued now is found by the sweeper.
    await queue.add(added).catch((error: unknown) => this.#logger.warn(classifyRedisError(error), 'deliveries wait'));
  }
}
