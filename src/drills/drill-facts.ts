import type { Database } from '../database/database.js';
import type { DrillDelivery, DrillFacts } from './drill-report.js';
import type { DrillRow } from './drill-rows.js';

/** What is known of a drill, for its report. */
export async function readFacts(database: Database, { drill, alert }: DrillRow): Promise<DrillFacts> {
  const { organisationId, alertId } = drill;
  const [deliveries, receipts, named, people] = await Promise.all([
    database.query<DrillDelivery>({
      name: 'deliveries-of-drill',
      text: `select user_id as "userId", channel, status, provider, finished_at as "finishedAt",
                    received_at as "receivedAt", last_error as "lastError", held
               from deliveries where alert_id = $1 and kind = 'alert' order by created_at, id`,
      values: [alertId],
    }),
    database.query<DrillFacts['receipts'][number]>({
      name: 'receipts-of-drill',
      text: 'select user_id as "userId", stage, at from reach where alert_id = $1 order by at',
      values: [alertId],
    }),
    database.query<{ id: string }>({
      name: 'named-of-drill',
      text: `select distinct json_array_elements_text(details -> 'userIds') as id
               from alert_events where alert_id = $1 and type = 'alert.escalated'`,
      values: [alertId],
    }),
    database.query<DrillFacts['people'][number]>({
      name: 'people-of-drill',
      text: `select u.id as "userId", u.name,
                    exists (select from contacts c where c.user_id = u.id and c.verified_at is not null) as "hasContact"
               from users u
              where (u.disabled_at is null
                     and u.id in (select user_id from memberships
                                   where organisation_id = $1 and role in ('responder', 'dispatcher')))
                 or u.id in (select user_id from deliveries where alert_id = $2 and kind = 'alert')
              order by u.name, u.id`,
      values: [organisationId, alertId],
    }),
  ]);
  return {
    drill,
    alert,
    people: people.rows,
    deliveries: deliveries.rows,
    receipts: receipts.rows,
    named: named.rows.map(({ id }) => id),
  };
}
