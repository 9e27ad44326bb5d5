import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/database.js';

/** A delivery that may be attempted. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly seq: number;
  readonly target: string;
  /** This attempt included. */
  readonly attempts: number;
}

/** A delivery that waits for an attempt. */
export interface DueDelivery {
  readonly id: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
}

interface DueRow {
  readonly id: string;
  readonly attempts: number;
  readonly next_attempt_at: Date;
}

/** The ledger `deliveries`: one row an event and receiver. Postgres says what is due; queues only make it quick. */
export class Deliveries {
  constructor(private readonly database: Database) {}

  /** Adds what is missing for these events within the caller's transaction; only events of the log get rows. */
  async insert(client: PoolClient, range: SeqRange, targets: readonly string[], now: Date): Promise<DueDelivery[]> {
    if (targets.length === 0) return [];
    const seqs = Array.from({ length: range.through - range.after }, (_, index) => range.after + 1 + index);
    const pairs = seqs.flatMap((seq) => targets.map((target) => ({ id: uuidv7(), seq, target })));
    const { rows } = await client.query<DueRow>({
      name: 'insert-deliveries',
      text: `insert into deliveries (id, seq, target, status, next_attempt_at, created_at)
             select wanted.id, wanted.seq, wanted.target, 'pending', $4, $4
               from unnest($1::uuid[], $2::bigint[], $3::text[]) as wanted (id, seq, target)
               join alert_events using (seq)
             on conflict (seq, target) do nothing
             returning id, attempts, next_attempt_at`,
      values: [pairs.map(({ id }) => id), pairs.map(({ seq }) => seq), pairs.map(({ target }) => target), now],
    });
    return rows.map(readDue);
  }

  /**
   * Takes a due delivery for one attempt, which must end within `leaseMs`; later, somebody else may take it.
   * @returns undefined when it is not due, not pending or not there
   */
  async claim(id: string, now: Date, leaseMs: number): Promise<ClaimedDelivery | undefined> {
    const { rows } = await this.database.query<{ id: string; seq: string; target: string; attempts: number }>({
      name: 'claim-delivery',
      text: `update deliveries set attempts = attempts + 1, next_attempt_at = $3
              where id = $1 and status = 'pending' and next_attempt_at <= $2
              returning id, seq, target, attempts`,
      values: [id, now, new Date(now.getTime() + leaseMs)],
    });
    return rows[0] && { ...rows[0], seq: Number(rows[0].seq) };
  }

  async markDelivered({ id }: ClaimedDelivery, now: Date): Promise<void> {
    await this.database.query({
      name: 'finish-delivery',
      text: `update deliveries set status = 'delivered', finished_at = $2, last_error = null
              where id = $1 and status <> 'delivered'`,
      values: [id, now],
    });
  }

  /** Puts it back for a later attempt; without `nextAttemptAt` it is dead. An overtaken attempt changes nothing. */
  async markFailed({ id, attempts }: ClaimedDelivery, reason: string, now: Date, nextAttemptAt?: Date): Promise<void> {
    await this.database.query({
      name: 'fail-delivery',
      text: `update deliveries
                set status = case when $4::timestamptz is null then 'dead' else 'pending' end,
                    next_attempt_at = coalesce($4, next_attempt_at),
                    finished_at = case when $4::timestamptz is null then $3::timestamptz end,
                    last_error = $5
              where id = $1 and attempts = $2 and status = 'pending'`,
      values: [id, attempts, now, nextAttemptAt ?? null, reason],
    });
  }

  /**
   * Hands what is due until `until` to `take`, oldest first, and keeps other sweepers from the same rows meanwhile.
   */
  async sweep(until: Date, limit: number, take: (due: readonly DueDelivery[]) => Promise<void>): Promise<number> {
    return this.database.transaction(async (client) => {
      const { rows } = await client.query<DueRow>({
        name: 'sweep-deliveries',
        text: `select id, attempts, next_attempt_at from deliveries
                where status = 'pending' and next_attempt_at <= $1
                order by next_attempt_at limit $2
                for update skip locked`,
        values: [until, limit],
      });
      if (rows.length > 0) await take(rows.map(readDue));
      return rows.length;
    });
  }
}

/** Events with `after` < seq <= `through`. */
export interface SeqRange {
  readonly after: number;
  readonly through: number;
}

function readDue(row: DueRow): DueDelivery {
  return { id: row.id, attempts: row.attempts, nextAttemptAt: row.next_attempt_at };
}
