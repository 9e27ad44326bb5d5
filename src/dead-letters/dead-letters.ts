import type { Database } from '../database/database.js';
import type { DeliveryStatus } from '../notifications/delivery.js';
import { readLetter, type Letter, type LetterKind, type LetterRow } from './letter.js';

/** How many stand where. */
export interface LetterCounts {
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
  readonly jobs: Readonly<Record<'dead' | 'replaying' | 'replayed' | 'dropped', number>>;
}

/** Which of the dead ones: those of these ids, or all. */
export type WhichLetters = readonly string[] | 'all';

export interface LettersQuery {
  readonly kind?: LetterKind | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const DELIVERIES = `select 'delivery' as kind, id, coalesce(finished_at, next_attempt_at) as at, attempts,
                           last_error as reason, kind as group, channel as name, target, seq::text, null::json as payload
                      from deliveries`;
const JOBS = `select 'job', id, at, attempts, reason, queue, job, null, null, payload from dead_jobs`;

/** Deliveries and jobs that were given up, and the way back for them. Errors as of {@link Database.query}. */
export class DeadLetters {
  constructor(private readonly database: Database) {}

  async counts(): Promise<LetterCounts> {
    const { rows } = await this.database.query<{ kind: LetterKind; status: string; count: number }>({
      text: `select 'delivery' as kind, status, count(*)::int from deliveries group by status union all
             select 'job', status, count(*)::int from dead_jobs group by status`,
    });
    const of = (kind: LetterKind) =>
      Object.fromEntries(rows.filter((row) => row.kind === kind).map(({ status, count }) => [status, count]));
    return {
      deliveries: { pending: 0, delivered: 0, skipped: 0, dead: 0, ...of('delivery') },
      jobs: { dead: 0, replaying: 0, replayed: 0, dropped: 0, ...of('job') },
    };
  }

  /** A page of dead ones, the latest first. */
  async dead({ kind, cursor, limit }: LettersQuery): Promise<{ items: Letter[]; next: string | null }> {
    const [at = null, id = null] = cursor?.split('_') ?? [];
    const { rows } = await this.database.query<LetterRow>({
      name: 'dead-letters',
      text: `select * from (${DELIVERIES} where status = 'dead' union all ${JOBS} where status = 'dead') letters
              where ($1::text is null or kind = $1) and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
              order by at desc, id desc limit $4`,
      values: [kind ?? null, at, id, limit],
    });
    const items = rows.map(readLetter);
    const last = items.at(-1);
    return { items, next: last && items.length === limit ? `${last.at}_${last.id}` : null };
  }

  /** The deliveries that wait for an attempt, the first ones due first. */
  async pending(limit: number): Promise<Letter[]> {
    const { rows } = await this.database.query<LetterRow>({
      text: `${DELIVERIES} where status = 'pending' order by next_attempt_at, id limit $1`,
      values: [limit],
    });
    return rows.map(readLetter);
  }

  /**
   * Makes dead deliveries pending again, with all their attempts, and has dead jobs added to their queues once more. Workers
   * take both within two seconds; jobs when Redis is there.
   * @returns them; those that are not dead are passed over
   */
  async replay(which: WhichLetters, now: Date): Promise<Letter[]> {
    return this.#change(
      which,
      now,
      `status = 'pending', attempts = 0, next_attempt_at = $1, finished_at = null`,
      `status = 'replaying'`,
    );
  }

  /** Gives dead ones up for good. @returns them; those that are not dead are passed over */
  async drop(which: WhichLetters, now: Date): Promise<Letter[]> {
    return this.#change(
      which,
      now,
      `status = 'skipped', last_error = 'dropped by an operator', finished_at = $1`,
      `status = 'dropped', finished_at = $1`,
    );
  }

  /** What they were before stands in the answer; one statement, so that all of it is done or nothing. */
  async #change(which: WhichLetters, now: Date, deliveries: string, jobs: string): Promise<Letter[]> {
    const chosen = `status = 'dead' and ($2::text[] is null or id::text = any($2))`;
    const { rows } = await this.database.query<LetterRow>({
      text: `with before as (
               select * from (${DELIVERIES} where ${chosen} union all ${JOBS} where ${chosen}) letters
             ), changed as (
               update deliveries set ${deliveries} where ${chosen} returning id
             ), changed_jobs as (
               update dead_jobs set ${jobs} where ${chosen} returning id
             )
             select before.* from before join (select * from changed union all select * from changed_jobs) done using (id)
              order by at, id`,
      values: [now, which === 'all' ? null : which.map((id) => id.toLowerCase())],
    });
    return rows.map(readLetter);
  }
}
