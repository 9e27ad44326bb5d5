import type { Database } from '../database/database.js';
import type { StandFinding } from './audit.js';
import { OPERATORS_ID } from './plans.js';

interface Row {
  readonly alert_id: string;
  readonly organisation_id: string;
}

/**
 * Makes escalations due at once that would not happen by themselves: whose row is gone, has ended, or waits for too long.
 * One that has gone on meanwhile, or whose alert is no longer open, stays as it is.
 * @returns whether a finding was made due
 */
export async function rearm(
  database: Database,
  lost: readonly StandFinding[],
  now: Date,
): Promise<(finding: StandFinding) => boolean> {
  if (lost.length === 0) return () => false;
  const { rows } = await database.query<Row>({
    name: 'rearm-escalations',
    text: `insert into escalations (alert_id, organisation_id, level, seq, level_at, next_escalation_at)
           select lost.alert_id, lost.organisation_id, lost.level, lost.seq, lost.level_at, $6
             from unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[], $5::timestamptz[])
                  as lost (alert_id, organisation_id, level, seq, level_at)
             join alerts on alerts.id = lost.alert_id and alerts.status = 'open'
           on conflict (alert_id, organisation_id) do update
              set level = excluded.level, seq = excluded.seq, level_at = excluded.level_at,
                  next_escalation_at = excluded.next_escalation_at, ended = null
            where escalations.seq <= excluded.seq
           returning alert_id, organisation_id`,
    values: [
      lost.map(({ finding }) => finding.alertId),
      lost.map(({ stand }) => stand.organisationId ?? OPERATORS_ID),
      lost.map(({ stand }) => stand.level),
      lost.map(({ stand }) => stand.seq),
      lost.map(({ stand }) => new Date(stand.at)),
      now,
    ],
  });
  const done = new Set(rows.map((row) => `${row.alert_id} ${row.organisation_id}`));
  return ({ finding, stand }) => done.has(`${finding.alertId} ${stand.organisationId ?? OPERATORS_ID}`);
}
