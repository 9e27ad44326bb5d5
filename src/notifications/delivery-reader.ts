import { Logger } from '@nestjs/common';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { classifyRedisError } from '../redis/redis-error.js';
import type { Deliveries } from './deliveries.js';
import type { DeliveryQueue } from './delivery-queue.js';
import type { DurableReader } from './durable-reader.js';
import { LazyCursor } from './lazy-cursor.js';
import type { LogCursors } from './log-cursors.js';

/** Events of one transaction. */
const BATCH = 500;

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
  readonly #logger = new Logger('Deliveries');
  readonly #targets: readonly string[];
  /** Without receivers there are no rows, only a cursor, which a crash may set back. */
  readonly #passedOver: LazyCursor;
  #position = 0;

  constructor(private readonly parts: Parts) {
    this.#targets = [...new Set(parts.targets)];
    this.#passedOver = new LazyCursor(parts.cursors, this.cursor);
  }

  start(seq: number): void {
    this.#position = seq;
    this.#passedOver.start(seq);
  }

  async advance(head: number): Promise<void> {
    if (this.#targets.length === 0) return this.#passedOver.moveTo(Math.max(head, this.#passedOver.position));
    while (this.#position < head) await this.#add(Math.min(head, this.#position + BATCH));
  }

  async save(): Promise<void> {
    await this.#passedOver.save();
  }

  async #add(through: number): Promise<void> {
    const { database, cursors, deliveries, queue, clock } = this.parts;
    const range = { after: this.#position, through };
    const added = await database.transaction(async (client) => {
      await cursors.advance(this.cursor, range.after, range.through, client);
      return deliveries.insert(client, range, this.#targets, clock.now());
    });
    this.#position = through;
    if (added.length === 0) return;
    // The rows are committed: what cannot be queued now is found by the sweeper.
    await queue.add(added).catch((error: unknown) => this.#logger.warn(classifyRedisError(error), 'deliveries wait'));
  }
}
