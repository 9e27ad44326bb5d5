import type { Database } from '../database/database.js';

/** A delivery as operators see it. The receiver is shown without path and query: receivers put tokens there. */
export interface DeliveryLine {
  readonly id: string;
  readonly seq: number;
  readonly receiver: string;
  readonly status: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  /** RFC 3339 UTC; of a dead one, when it was given up. */
  readonly at: string;
  readonly lastError: string | null;
}

/** How many deliveries stand where, and the first of those that were not delivered. */
export interface DeliveryOverview {
  readonly counts: Readonly<Record<DeliveryLine['status'], number>>;
  readonly deliveries: readonly DeliveryLine[];
}

interface Row {
  readonly id: string;
  readonly seq: string;
  readonly target: string;
  readonly status: DeliveryLine['status'];
  readonly attempts: number;
  readonly at: Date;
  readonly last_error: string | null;
}

/** The deliveries that were given up, and the way back for them. Errors as of {@link Database.query}. */
export class DeadLetters {
  constructor(private readonly database: Database) {}

  /** The oldest ones of a status, at most `limit`. */
  async overview(status: 'pending' | 'dead', limit: number): Promise<DeliveryOverview> {
    const counted = await this.database.query<{ status: DeliveryLine['status']; count: number }>({
      text: 'select status, count(*)::int as count from deliveries group by status',
    });
    const { rows } = await this.database.query<Row>({
      text: `select id, seq, target, status, attempts, coalesce(finished_at, next_attempt_at) as at, last_error
               from deliveries where status = $1 order by id limit $2`,
      values: [status, limit],
    });
    const counts = {
      pending: 0,
      delivered: 0,
      dead: 0,
      ...Object.fromEntries(counted.rows.map((row) => [row.status, row.count])),
    };
    return { counts, deliveries: rows.map(readLine) };
  }

  /**
   * Makes dead deliveries pending again, with all their attempts; the workers' sweepers find them within two seconds.
   * @returns how many; those that are not dead are passed over
   */
  async replay(which: readonly string[] | 'all', now: Date): Promise<number> {
    const { rowCount } = await this.database.query({
      text: `update deliveries set status = 'pending', attempts = 0, next_attempt_at = $1, finished_at = null
              where status = 'dead' and ($2::text[] is null or id::text = any($2))`,
      values: [now, which === 'all' ? null : which],
    });
    return rowCount ?? 0;
  }
}

function readLine({ id, seq, target, status, attempts, at, last_error: lastError }: Row): DeliveryLine {
  const receiver = URL.canParse(target) ? new URL(target).origin : 'unreadable';
  return { id, seq: Number(seq), receiver, status, attempts, at: at.toISOString(), lastError };
}
