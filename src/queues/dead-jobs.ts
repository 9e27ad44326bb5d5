import { createHash } from 'node:crypto';
import type { Database } from '../database/database.js';
import { withoutSecrets } from './without-secrets.js';

const REASON_MAX = 500;

/** A job that BullMQ gave up. */
export interface DeadJob {
  readonly queue: string;
  /** As BullMQ has it; after a wipe of Redis another job may get the same. */
  readonly jobId: string;
  /** When it was added, ms; together with the id it names one job for ever. */
  readonly addedAt: number;
  readonly job: string;
  /** JSON, whatever it is. */
  readonly payload: unknown;
  readonly reason: string;
  readonly attempts: number;
  readonly at: Date;
}

/** A dead job that an operator wants to be run again. */
export interface Replay {
  readonly id: string;
  readonly queue: string;
  readonly job: string;
  readonly payload: unknown;
}

/** The jobs that were given up, in Postgres: Redis may forget them. Errors as of {@link Database.query}. */
export class DeadJobs {
  constructor(private readonly database: Database) {}

  /** Keeps what is not known yet. @returns how many that were */
  async add(jobs: readonly DeadJob[]): Promise<number> {
    if (jobs.length === 0) return 0;
    const { rowCount } = await this.database.query({
      name: 'add-dead-jobs',
      text: `insert into dead_jobs (id, queue, job, payload, reason, attempts, at)
             select * from unnest($1::uuid[], $2::text[], $3::text[], $4::json[], $5::text[], $6::int[], $7::timestamptz[])
             on conflict (id) do nothing`,
      values: [
        jobs.map(idOf),
        jobs.map(({ queue }) => queue),
        jobs.map(({ job }) => storable(job)),
        jobs.map(({ payload }) => JSON.stringify(payload ?? null)),
        jobs.map(({ reason }) => storable(withoutSecrets(reason)).slice(0, REASON_MAX)),
        jobs.map(({ attempts }) => attempts),
        jobs.map(({ at }) => at),
      ],
    });
    return rowCount ?? 0;
  }

  /**
   * Hands each job of these queues that shall run again to `add`, and keeps other workers from the same ones meanwhile. When it throws,
   * they wait for the next time.
   */
  async takeReplays(
    { queues, limit }: { readonly queues: readonly string[]; readonly limit: number },
    now: Date,
    add: (replays: readonly Replay[]) => Promise<void>,
  ): Promise<number> {
    return this.database.transaction(async (client) => {
      const { rows } = await client.query<Replay>({
        name: 'take-replays',
        text: `update dead_jobs set status = 'replayed', finished_at = $1
                where id in (select id from dead_jobs
                              where status = 'replaying' and queue = any($3::text[]) limit $2 for update skip locked)
                returning id, queue, job, payload`,
        values: [now, limit, queues],
      });
      if (rows.length > 0) await add(rows);
      return rows.length;
    });
  }
}

/** The same for the same job, whoever finds it and however often. */
function idOf({ queue, jobId, addedAt }: DeadJob): string {
  const hex = createHash('sha256').update(`${queue} ${jobId} ${addedAt}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Postgres takes no NUL in a text. */
function storable(text: string): string {
  return text.replaceAll('\0', '');
}
