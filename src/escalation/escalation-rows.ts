import type { ClientBase } from 'pg';
import { plainArray } from '../database/array-literal.js';
import type { Queryable } from '../schedules/on-duty.js';
import type { Ended } from './follow-alert.js';
import { OPERATORS_ID } from './plans.js';

/** A row of `escalations`: what is due in one organisation. */
export interface EscalationRow {
  readonly alertId: string;
  /** Null: with the operators. */
  readonly organisationId: string | null;
  readonly level: number;
  /** The event that brought it to this level. */
  readonly seq: number;
  readonly levelAt: Date;
  /** Null: nothing is due any more; `ended` says why. */
  readonly nextAt: Date | null;
  readonly ended: Ended | null;
}

export interface StoredRow {
  readonly alert_id: string;
  readonly organisation_id: string;
  readonly level: number;
  readonly seq: string;
  readonly level_at: Date;
  readonly next_escalation_at: Date | null;
  readonly ended: Ended | null;
}

/** The columns of {@link StoredRow}. */
export const ROW_COLUMNS = 'e.alert_id, e.organisation_id, e.level, e.seq, e.level_at, e.next_escalation_at, e.ended';

export function readRow(row: StoredRow): EscalationRow {
  return {
    alertId: row.alert_id,
    organisationId: row.organisation_id === OPERATORS_ID ? null : row.organisation_id,
    level: row.level,
    seq: Number(row.seq),
    levelAt: row.level_at,
    nextAt: row.next_escalation_at,
    ended: row.ended,
  };
}

/** All rows of these alerts. */
export async function rowsOf(database: Queryable, alertIds: readonly string[]): Promise<EscalationRow[]> {
  const { rows } = await database.query<StoredRow>({
    name: 'escalations-of',
    text: `select ${ROW_COLUMNS} from escalations e where e.alert_id = any($1::uuid[])`,
    values: [alertIds],
  });
  return rows.map(readRow);
}

/** Writes rows as they are now, within the caller's transaction. */
export async function writeRows(client: ClientBase, rows: readonly EscalationRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query({
    name: 'write-escalations',
    text: `insert into escalations (alert_id, organisation_id, level, seq, level_at, next_escalation_at, ended)
           select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[], $5::timestamptz[],
                                $6::timestamptz[], $7::text[])
           on conflict (alert_id, organisation_id) do update
              set level = excluded.level, seq = excluded.seq, level_at = excluded.level_at,
                  next_escalation_at = excluded.next_escalation_at, ended = excluded.ended`,
    values: [
      plainArray(rows.map(({ alertId }) => alertId)),
      plainArray(rows.map(({ organisationId }) => organisationId ?? OPERATORS_ID)),
      plainArray(rows.map(({ level }) => level)),
      plainArray(rows.map(({ seq }) => seq)),
      plainArray(rows.map(({ levelAt }) => levelAt.toISOString())),
      rows.map(({ nextAt }) => nextAt),
      rows.map(({ ended }) => ended),
    ],
  });
}
