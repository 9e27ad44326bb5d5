import { Logger } from '@nestjs/common';
import type { AlertReader } from '../alerts/alert-reader.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { DurableReader } from '../notifications/durable-reader.js';
import type { LogCursors } from '../notifications/log-cursors.js';
import type { AddedNotice } from '../notifications/notices.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { EscalationBatch } from './escalation-batch.js';
import type { EscalationRow } from './escalation-rows.js';

/** Events of one transaction. */
const BATCH = 200;

/** Who makes quick what Postgres says is due. Losing what it is given loses nothing. */
export interface Wakers {
  notices(added: readonly AddedNotice[]): Promise<void>;
  escalations(due: readonly EscalationRow[]): Promise<void>;
}

interface Parts {
  readonly database: Database;
  readonly reader: Pick<AlertReader, 'after'>;
  readonly cursors: LogCursors;
  readonly wakers: Wakers;
  readonly clock: Clock;
}

/**
 * Follows the log for the escalations: what is due of each, and whom an event tells. Rows, deliveries and cursor in one
 * transaction, so that a crash at any moment leaves neither out nor twice.
 */
export class EscalationReader implements DurableReader {
  readonly cursor = 'escalations';
  readonly #logger = new Logger('Escalations');
  #position = 0;

  constructor(private readonly parts: Parts) {}

  start(seq: number): void {
    this.#position = seq;
  }

  async advance(head: number): Promise<void> {
    while (this.#position < head && (await this.#readOn()));
  }

  async save(): Promise<void> {
    // Its cursor is written with everything that it does.
  }

  /** False when the log has nothing more. */
  async #readOn(): Promise<boolean> {
    const { database, reader, cursors, wakers, clock } = this.parts;
    const entries = await reader.after(this.#position, BATCH);
    const through = entries.at(-1)?.seq;
    if (through === undefined) return false;
    const { notices, due } = await database.transaction(async (client) => {
      await cursors.advance(this.cursor, this.#position, through, client);
      return EscalationBatch.run(client, entries, clock.now());
    });
    this.#position = through;
    // Committed: what cannot be queued now is found by the sweepers.
    if (notices.length > 0) await wakers.notices(notices).catch((error: unknown) => this.#waits(error));
    if (due.length > 0) await wakers.escalations(due).catch((error: unknown) => this.#waits(error));
    return true;
  }

  #waits(error: unknown): void {
    this.#logger.warn(classifyRedisError(error), 'escalations wait');
  }
}
