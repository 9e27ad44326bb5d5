import type { PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { LogEntry } from '../alerts/alert.js';
import type { Channel } from '../alerts/channel.js';
import type { Database } from '../database/database.js';
import type { DeliveryKind } from './delivery.js';

/** A delivery that may be attempted. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly seq: number;
  readonly target: string;
  /** This attempt included. */
  readonly attempts: number;
  /** What is to be delivered; undefined when the log no longer keeps it. */
  readonly entry: LogEntry | undefined;
}

/** A delivery that waits for an attempt. */
export interface DueDelivery {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly channel: Channel;
  readonly target: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
}

interface DueRow {
  readonly id: string;
  readonly kind: DeliveryKind;
  readonly channel: Channel;
  readonly target: string;
  readonly attempts: number;
  readonly next_attempt_at: Date;
}

/** The delivery, beside the event where the log still has it. */
interface ClaimedRow {
  readonly id: string;
  readonly seq: string;
  readonly target: string;
  readonly attempts: number;
  readonly alert_id: string | null;
  readonly type: string;
  readonly at: Date;
  readonly actor: unknown;
  readonly details: unknown;
  readonly alert: unknown;
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
             returning id, kind, channel, target, attempts, next_attempt_at`,
      values: [pairs.map(({ id }) => id), pairs.map(({ seq }) => seq), pairs.map(({ target }) => target), now],
    });
    return rows.map(readDue);
  }

  /**
   * Takes what is due of these for one attempt each, which must end within `leaseMs`; later, somebody else may take it.
   * What is not due, not pending, not there, or just being taken by somebody else is left out.
   */
  async claim(ids: readonly string[], now: Date, leaseMs: number): Promise<ClaimedDelivery[]> {
    const { rows } = await this.database.query<ClaimedRow>({
      name: 'claim-deliveries',
      text: `with claimed as (
               update deliveries set attempts = attempts + 1, next_attempt_at = $3
                where id in (select id from deliveries
                              where id = any($1::uuid[]) and kind = 'event' and status = 'pending'
                                and next_attempt_at <= $2
                                for update skip locked)
                returning id, seq, target, attempts
             )
             select c.*, e.alert_id, e.type, e.at, e.actor, e.details, e.alert
               from claimed c left join alert_events e using (seq)`,
      values: [ids, now, new Date(now.getTime() + leaseMs)],
    });
    return rows.map(readClaimed);
  }

  async markDelivered(ids: readonly string[], now: Date): Promise<void> {
    await this.database.query({
      name: 'finish-deliveries',
      text: `update deliveries set status = 'delivered', finished_at = $2, last_error = null
              where id = any($1::uuid[]) and status <> 'delivered'`,
      values: [ids, now],
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
   * Hands what is due to `take`, oldest first, and keeps other sweepers from the same rows meanwhile.
   * @param which repeated attempts that are due until `until`, first ones until `firstUntil`
   */
  async sweep(
    { to, until, firstUntil }: SweepWhich,
    limit: number,
    take: (due: readonly DueDelivery[]) => Promise<void>,
  ): Promise<number> {
    return this.database.transaction(async (client) => {
      const { rows } = await client.query<DueRow>({
        name: `sweep-deliveries-to-${to}`,
        text: `select id, kind, channel, target, attempts, next_attempt_at from deliveries
                where status = 'pending' and kind ${to === 'people' ? '<>' : '='} 'event'
                  and next_attempt_at <= $1 and (attempts > 0 or next_attempt_at <= $2)
                order by next_attempt_at, id limit $3
                for update skip locked`,
        values: [until, firstUntil, limit],
      });
      if (rows.length > 0) await take(rows.map(readDue));
      return rows.length;
    });
  }
}

export interface SweepWhich {
  readonly to: 'people' | 'receivers';
  readonly until: Date;
  readonly firstUntil: Date;
}

/** Events with `after` < seq <= `through`. */
export interface SeqRange {
  readonly after: number;
  readonly through: number;
}

function readDue(row: DueRow): DueDelivery {
  const { id, kind, channel, target, attempts, next_attempt_at: nextAttemptAt } = row;
  return { id, kind, channel, target, attempts, nextAttemptAt };
}

function readClaimed({ id, target, attempts, ...row }: ClaimedRow): ClaimedDelivery {
  const { type, actor, details, alert, alert_id: alertId } = row;
  const seq = Number(row.seq);
  const entry = alertId === null ? undefined : { seq, type, alertId, at: row.at.toISOString(), actor, details, alert };
  return { id, seq, target, attempts, entry: entry as LogEntry | undefined };
}
