import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { JobHandler } from '../queues/job-handler.js';
import { pruneDeadJobs } from './prune-dead-jobs.js';
import { pruneDirectory } from './prune-directory.js';

const DAY_MS = 86_400_000;
/** Finished deliveries are kept this long, so that one can still see what was sent and replay what is dead. */
const DELIVERY_DAYS = 30;
/** Rows of one transaction: a transaction must not hold up a panic. */
const BATCH = 1000;

/** What else is kept of an alert, by its id. */
const OF_ALERTS = ['idempotency', 'alert_places', 'alert_pins', 'reach', 'escalations', 'drills'] as const;

/** What one run deleted. */
export interface PruneResult {
  /** Last `seq` that is no longer kept. */
  readonly floor: number;
  readonly events: number;
  readonly alerts: number;
  readonly deliveries: number;
}

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly retentionDays: number;
  readonly batch?: number;
}

/**
 * The job `prune`: deletes the beginning of the log, as far as nobody needs it, and sessions that are over. Only a prefix goes, because the log is
 * read by position: an old alert that is still open keeps everything after it.
 */
export class PruneLog implements JobHandler<'prune'> {
  readonly job = 'prune';
  readonly #batch: number;

  constructor(private readonly parts: Parts) {
    this.#batch = parts.batch ?? BATCH;
  }

  async run(_payload: unknown, signal: AbortSignal): Promise<PruneResult> {
    const { floor, target } = await this.#range();
    let at = floor;
    let events = 0;
    let alerts = 0;
    while (at < target) {
      signal.throwIfAborted();
      at = Math.min(target, at + this.#batch);
      const deleted = await this.#deleteThrough(at);
      events += deleted.events;
      alerts += deleted.alerts;
    }
    await pruneDeadJobs(this.parts.database, this.#before(DELIVERY_DAYS));
    await pruneDirectory(this.parts.database, this.parts.clock.now(), this.#batch, signal);
    return { floor: at, events, alerts, deliveries: await this.#deleteDeliveries(signal) };
  }

  /** The floor of the log, and where it may rise to; one statement, so that all of it is of one moment. */
  async #range(): Promise<{ floor: number; target: number }> {
    const { rows } = await this.parts.database.query<{ floor: string; target: string }>({
      name: 'prune-range',
      text: `select floor, greatest(floor, least(
                 coalesce((select min(first_seq) from alerts where not closed or updated_at >= $1), seq + 1) - 1,
                 coalesce((select min(seq) from deliveries where status = 'pending'), seq + 1) - 1,
                 coalesce((select min(seq) from log_cursors), seq)
               )) as target
               from log_head`,
      values: [this.#before(this.parts.retentionDays)],
    });
    return { floor: Number(rows[0]?.floor ?? 0), target: Number(rows[0]?.target ?? 0) };
  }

  /** Moves the floor last: it holds the one lock of the log's writers, and then only for a commit. */
  async #deleteThrough(floor: number): Promise<{ events: number; alerts: number }> {
    return this.parts.database.transaction(async (client) => {
      const gone = await client.query<{ id: string }>({
        name: 'prune-alerts',
        text: 'delete from alerts where first_seq <= $1 and seq <= $1 returning id',
        values: [floor],
      });
      const ids = gone.rows.map(({ id }) => id);
      for (const table of OF_ALERTS) {
        await client.query({
          name: `prune-${table}`,
          text: `delete from ${table} where alert_id = any($1::uuid[])`,
          values: [ids],
        });
      }
      const { rowCount } = await client.query({
        name: 'prune-events',
        text: 'delete from alert_events where seq <= $1',
        values: [floor],
      });
      await client.query({ name: 'raise-floor', text: 'update log_head set floor = $1', values: [floor] });
      return { events: rowCount ?? 0, alerts: gone.rows.length };
    });
  }

  async #deleteDeliveries(signal: AbortSignal): Promise<number> {
    let deleted = 0;
    for (;;) {
      signal.throwIfAborted();
      const { rowCount } = await this.parts.database.query({
        name: 'prune-deliveries',
        text: `delete from deliveries where id in (
                 select id from deliveries where status <> 'pending' and finished_at < $1 limit $2
               )`,
        values: [this.#before(DELIVERY_DAYS), this.#batch],
      });
      deleted += rowCount ?? 0;
      if ((rowCount ?? 0) < this.#batch) return deleted;
    }
  }

  #before(days: number): Date {
    return new Date(this.parts.clock.now().getTime() - days * DAY_MS);
  }
}
