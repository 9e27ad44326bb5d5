import type { Database } from '../database/database.js';
import type { Finding } from './audit-record.js';

/** How late an attempt may be, ms: longer than any lease of one that is under way. */
const LATE_MS = 60_000;

interface Row {
  readonly alert_id: string | null;
  readonly count: number;
  readonly since: Date;
}

/** Deliveries whose time came more than a minute ago and that nobody has attempted, by their alert. */
export async function lateDeliveries(database: Database, now: Date): Promise<Finding[]> {
  const { rows } = await database.query<Row>({
    name: 'audit-deliveries',
    text: `select alert_id, count(*)::int as count, min(next_attempt_at) as since
             from (select alert_id, next_attempt_at from deliveries
                    where status = 'pending' and next_attempt_at < $1 order by next_attempt_at limit 1000) late
            group by alert_id order by since limit 100`,
    values: [new Date(now.getTime() - LATE_MS)],
  });
  return rows.map(({ alert_id: alertId, count, since }) => ({
    kind: 'undelivered',
    alertId,
    deliveries: count,
    dueAt: since.toISOString(),
  }));
}
