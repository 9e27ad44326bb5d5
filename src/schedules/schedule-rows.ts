import type { ClientBase } from 'pg';
import type { Override, Schedule, Shift } from './duty-at.js';

/** Who answers alerts of an organisation: `s` is a table with its and a user's id. */
export const WHO_ANSWERS = `join memberships m on m.organisation_id = s.organisation_id and m.user_id = s.user_id
       and m.role in ('responder', 'dispatcher')
     join users u on u.id = s.user_id and u.disabled_at is null`;

/** Only an organisation without shifts has no time zone, and for overrides it does not matter. */
const NO_ZONE = 'UTC';

/**
 * What is said of those who answer alerts of an organisation: all shifts, and the overrides that are not over.
 * Undefined when there is no such organisation.
 */
export async function readSchedule(
  database: Pick<ClientBase, 'query'>,
  organisationId: string,
  at: Date,
): Promise<Schedule | undefined> {
  const { rows } = await database.query<{ time_zone: string | null; shifts: Shift[]; overrides: Override[] }>({
    name: 'read-schedule',
    text: `select o.time_zone,
                  coalesce((select json_agg(json_build_object('userId', s.user_id, 'areaId', s.area_id, 'weekday', s.weekday,
                                                              'startMinute', s.start_minute, 'endMinute', s.end_minute))
                              from shifts s ${WHO_ANSWERS} where s.organisation_id = o.id), '[]') as shifts,
                  coalesce((select json_agg(json_build_object('userId', s.user_id, 'areaId', s.area_id, 'onDuty', s.on_duty,
                                                              'from', extract(epoch from s.from_at) * 1000,
                                                              'until', extract(epoch from s.until_at) * 1000)
                                            order by s.created_at, s.id)
                              from shift_overrides s ${WHO_ANSWERS}
                             where s.organisation_id = o.id and s.until_at > $2), '[]') as overrides
             from organisations o where o.id = $1`,
    values: [organisationId, at],
  });
  const [row] = rows;
  return row && { timeZone: row.time_zone ?? NO_ZONE, shifts: row.shifts, overrides: row.overrides };
}
