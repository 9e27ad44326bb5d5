import type { ReachStage } from '../alerts/reach-stage.js';
import type { Database } from '../database/database.js';

/** Rows of one statement. */
const BATCH = 1000;

/** One stage that an alert reached with somebody. `at` is the first time; a later one changes nothing. */
export interface ReachRow {
  readonly alertId: string;
  readonly userId: string;
  readonly stage: ReachStage;
  /** By what way, such as `socket`. */
  readonly channel: string;
  readonly at: Date;
}

interface Waiting {
  readonly rows: readonly ReachRow[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Writes whom alerts reached. While one write is in flight, what comes waits and goes together in the next. */
export class ReachLedger {
  readonly #waiting: Waiting[] = [];
  readonly #listeners = new Set<(alertId: string) => void>();
  #running: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  /** Calls `listener` when an alert has reached somebody anew. It must not throw. */
  onChange(listener: (alertId: string) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Resolves when it is written; it may be lost in a crash of Postgres, as no alert can be.
   * @throws AppError DATABASE_UNAVAILABLE
   */
  add(rows: readonly ReachRow[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is waiting any more. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, 100);
      try {
        const rows = taken.flatMap((each) => each.rows);
        for (let start = 0; start < rows.length; start += BATCH) await this.#write(rows.slice(start, start + BATCH));
        for (const { resolve } of taken) resolve();
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    this.#running = undefined;
  }

  async #write(rows: readonly ReachRow[]): Promise<void> {
    const reached = await this.database.transaction(
      (client) =>
        client.query<{ alert_id: string }>({
          name: 'write-reach',
          // In the order of the key: two nodes that write the same rows must not wait for each other.
          text: `with added as (
                   insert into reach (alert_id, user_id, stage, channel, at)
                   select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
                            as row (alert_id, user_id, stage, channel, at) order by 1, 2, 3
                   on conflict do nothing returning alert_id
                 ) select distinct alert_id from added`,
          values: [
            rows.map(({ alertId }) => alertId),
            rows.map(({ userId }) => userId),
            rows.map(({ stage }) => stage),
            rows.map(({ channel }) => channel),
            rows.map(({ at }) => at),
          ],
        }),
      'relaxed',
    );
    for (const { alert_id: alertId } of reached.rows) for (const listener of this.#listeners) listener(alertId);
  }
}
