import type { Alert } from '../alerts/alert.js';
import { storedAlert } from '../alerts/stored-alert.js';
import type { Database } from '../database/database.js';
import type { Drill } from './drill.js';

const LIST_MAX = 50;

interface Row {
  readonly organisation_id: string;
  readonly area_id: string | null;
  readonly started_by: string | null;
  readonly name: string | null;
  readonly started_at: Date;
  readonly alert: Alert;
}

/** A drill, and its alert as it is now. */
export interface DrillRow {
  readonly drill: Drill;
  readonly alert: Alert;
}

/** The newest first, at most 50; one of them with `alertId`. What was never raised is none. */
export async function readDrills(database: Database, organisationId: string, alertId?: string): Promise<DrillRow[]> {
  const { rows } = await database.query<Row>({
    name: 'read-drills',
    text: `select d.organisation_id, d.area_id, d.started_by, u.name, d.started_at, e.alert
             from drills d
             join alerts a on a.id = d.alert_id
             join alert_events e on e.seq = a.seq
             left join users u on u.id = d.started_by
            where d.organisation_id = $1 and ($2::uuid is null or d.alert_id = $2)
            order by d.started_at desc, d.alert_id desc limit $3`,
    values: [organisationId, alertId ?? null, LIST_MAX],
  });
  return rows.map((row) => drillOf({ ...row, alert: storedAlert(row.alert) }));
}

function drillOf({ alert, started_by: userId, name, ...row }: Row): DrillRow {
  const { id: alertId, reference, severity, status, closing } = alert;
  const drill: Drill = {
    alertId,
    reference,
    organisationId: row.organisation_id,
    areaId: row.area_id,
    severity,
    status,
    startedAt: row.started_at.toISOString(),
    startedBy: userId === null || name === null ? null : { userId, name },
    endedAt: closing?.at ?? null,
  };
  return { drill, alert };
}
