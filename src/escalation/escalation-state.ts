import type { Alert } from '../alerts/alert.js';
import { storedAlert } from '../alerts/stored-alert.js';
import type { Database } from '../database/database.js';
import type { Queryable } from '../schedules/on-duty.js';
import type { PolicyRun } from './escalation-plan.js';
import { readRow, ROW_COLUMNS, type EscalationRow, type StoredRow } from './escalation-rows.js';
import { OPERATORS_ID } from './plans.js';

/** Which row of `escalations`; `organisationId` of the operators is all zeros here. */
export interface EscalationRun {
  readonly alertId: string;
  readonly organisationId: string;
}

/** A row that was taken, and the alert as the log has it. */
export interface TakenEscalation {
  readonly row: EscalationRow;
  readonly alert: Alert;
  /** What it has come to its level by. */
  readonly policy: PolicyRun | undefined;
  /** The row knows of every event of the alert. */
  readonly isCurrent: boolean;
}

/** How the people of a level have heard of it. */
export interface Told {
  /** Everybody who was told. */
  readonly userIds: readonly string[];
  /** Whether a device of one of them has received it, or it went a way that could not say so. */
  readonly received: boolean;
}

export function runOf({ alertId, organisationId }: Pick<EscalationRow, 'alertId' | 'organisationId'>): EscalationRun {
  return { alertId, organisationId: organisationId ?? OPERATORS_ID };
}

/**
 * Takes what is due of these until `leaseMs` from now; what is not due, or just being taken by somebody else, is left out.
 * One statement, so that row, alert and cursor are of one moment.
 */
export async function takeDue(
  database: Database,
  runs: readonly EscalationRun[],
  now: Date,
  leaseMs: number,
): Promise<TakenEscalation[]> {
  type Row = StoredRow & {
    readonly alert: Alert;
    readonly policy: PolicyRun | null;
    readonly is_current: boolean;
  };
  const { rows } = await database.query<Row>({
    name: 'take-escalations',
    text: `with due as (
             select e.alert_id, e.organisation_id from escalations e
               join unnest($1::uuid[], $2::uuid[]) as wanted (alert_id, organisation_id) using (alert_id, organisation_id)
              where e.ended is null and e.next_escalation_at <= $3
                for update of e skip locked
           ), taken as (
             update escalations e set next_escalation_at = $4 from due
              where e.alert_id = due.alert_id and e.organisation_id = due.organisation_id
             returning ${ROW_COLUMNS}
           )
           select taken.*, event.alert, a.seq <= c.seq as is_current,
                  case when reached.details->>'organisationId' = taken.organisation_id::text
                       then reached.details->'policy' end as policy
             from taken
             join alerts a on a.id = taken.alert_id
             join alert_events event on event.seq = a.seq
             left join alert_events reached on reached.seq = taken.seq and reached.type = 'alert.escalated'
             join log_cursors c on c.name = 'escalations'`,
    values: [
      runs.map(({ alertId }) => alertId),
      runs.map(({ organisationId }) => organisationId),
      now,
      new Date(now.getTime() + leaseMs),
    ],
  });
  return rows.map((row) => ({
    row: readRow(row),
    alert: storedAlert(row.alert),
    policy: row.policy ?? undefined,
    isCurrent: row.is_current,
  }));
}

/** Looks again then, unless the escalation has gone on meanwhile. */
export async function putOff(database: Database, row: EscalationRow, until: Date): Promise<void> {
  const { alertId, organisationId } = runOf(row);
  await database.query({
    name: 'put-off-escalation',
    text: `update escalations set next_escalation_at = $4
            where alert_id = $1 and organisation_id = $2 and seq = $3 and ended is null`,
    values: [alertId, organisationId, row.seq, until],
  });
}

/** A provider of which no delivery report has come for so long sends none. */
const REPORTS_WITHIN_MS = 7 * 86_400_000;

/**
 * Who was told at the level of a row, and whether it came: by a receipt, or taken on a way that never tells more, which
 * are e-mail and a provider of text messages without delivery reports. Of two organisations that an event tells, each has its own
 * people; what came before the escalation began is of an earlier life of the alert.
 */
export async function toldAt(
  database: Queryable,
  { alertId, organisationId, seq }: EscalationRow,
  now: Date,
): Promise<Told> {
  const { rows } = await database.query<{ user_id: string; received: boolean }>({
    name: 'told-at-level',
    text: `with begun as (
             select max(at) as at from alert_events
              where alert_id = $1 and type in ('alert.raised', 'alert.reopened', 'alert.duress')
           )
           select d.user_id, bool_or(d.received_at is not null or exists (
                    select from reach r
                     where r.alert_id = $1 and r.user_id = d.user_id and r.stage in ('received', 'seen')
                       and r.at >= begun.at)
                    or d.status = 'delivered' and (d.channel = 'email' or d.channel = 'sms' and not exists (
                         select from deliveries report
                          where report.provider = d.provider and report.received_at > $4))) as received
             from deliveries d cross join begun join users u on u.id = d.user_id
            where d.alert_id = $1 and d.seq = $2 and d.kind = 'alert'
              and case when $3::uuid is null then u.operator
                       else exists (select from memberships m where m.organisation_id = $3 and m.user_id = u.id) end
            group by d.user_id`,
    values: [alertId, seq, organisationId, new Date(now.getTime() - REPORTS_WITHIN_MS)],
  });
  return { userIds: rows.map((row) => row.user_id), received: rows.some(({ received }) => received) };
}
