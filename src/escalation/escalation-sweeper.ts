import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DueSweeper, type DirectRunner } from '../queues/due-sweeper.js';
import { batchesOf, payloadOf, type EscalationQueue } from './escalation-queue.js';
import { readRow, ROW_COLUMNS, type EscalationRow, type StoredRow } from './escalation-rows.js';

/** Escalations of one sweep; the rest follows when these have gone on. */
const BATCH = 200;

interface Parts {
  readonly database: Database;
  readonly queue: Pick<EscalationQueue, 'addAgain'>;
  readonly runner: DirectRunner;
  readonly clock: Clock;
}

/** Sees to it that every escalation goes on when it is due, whatever becomes of its job. */
export function escalationSweeper({ database, queue, runner, clock }: Parts): DueSweeper<EscalationRow> {
  const work = {
    name: 'escalations',
    sweep: (take: (due: readonly EscalationRow[]) => Promise<void>) => sweep(database, clock.now(), take),
    queueAgain: (due: readonly EscalationRow[]) => queue.addAgain(due),
    jobsOf: (due: readonly EscalationRow[]) =>
      batchesOf(due, clock.now()).map((batch) => ({ job: 'escalate' as const, payload: payloadOf(batch) })),
  };
  return new DueSweeper(work, runner);
}

/** Locks nothing while jobs are added, or a Redis that hangs would hold up the reader: each run takes what it does itself. */
async function sweep(
  database: Database,
  now: Date,
  take: (due: readonly EscalationRow[]) => Promise<void>,
): Promise<number> {
  const { rows } = await database.query<StoredRow>({
    name: 'sweep-escalations',
    text: `select ${ROW_COLUMNS} from escalations e where e.ended is null and e.next_escalation_at <= $1
            order by e.next_escalation_at, e.alert_id, e.organisation_id limit $2`,
    values: [now, BATCH],
  });
  if (rows.length > 0) await take(rows.map(readRow));
  return rows.length;
}
