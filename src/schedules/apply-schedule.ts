import type { ClientBase } from 'pg';
import { accessChanged } from '../directory-changes/directory-change.js';
import { dutyAt } from './duty-at.js';
import type { Queryable } from './on-duty.js';
import { readSchedule } from './schedule-rows.js';

interface Duty {
  readonly areaId: string;
  readonly userId: string;
  /** ms; null: begun by hand. */
  readonly until: number | null;
}
type Wanted = Duty & { readonly until: number };

/** How the duties of an organisation differ from what its shifts and overrides say. */
export interface DutyChanges {
  readonly begin: readonly Wanted[];
  /** They go on, until another time than it was said. */
  readonly prolong: readonly Wanted[];
  readonly end: readonly Duty[];
}

/** Whether there is nothing to do. */
export function isEmpty({ begin, prolong, end }: DutyChanges): boolean {
  return begin.length + prolong.length + end.length === 0;
}

/** What is to be done now in an organisation; duties that people began by hand are theirs. */
export async function dutyChanges(database: Queryable, organisationId: string, now: Date): Promise<DutyChanges> {
  const schedule = await readSchedule(database, organisationId, now);
  const { rows: areas } = await database.query<{ id: string; duties: Duty[] }>({
    name: 'duties-of-organisation',
    text: `select a.id,
                  coalesce((select json_agg(json_build_object('areaId', d.area_id, 'userId', d.user_id,
                                                              'until', extract(epoch from d.until) * 1000))
                              from duties d where d.area_id = a.id), '[]') as duties
             from areas a where a.organisation_id = $1 order by a.id`,
    values: [organisationId],
  });
  const places = areas.map(({ id }) => id);
  const wanted = schedule ? (dutyAt(schedule, now.getTime(), places) as Wanted[]) : [];
  return difference(
    wanted,
    areas.flatMap(({ duties }) => duties),
  );
}

function difference(wanted: readonly Wanted[], present: readonly Duty[]): DutyChanges {
  const keyOf = ({ areaId, userId }: Duty) => `${areaId} ${userId}`;
  const there = new Map(present.map((duty) => [keyOf(duty), duty.until]));
  const stays = new Set(wanted.map(keyOf));
  return {
    begin: wanted.filter((duty) => !there.has(keyOf(duty))),
    prolong: wanted.filter((duty) => (there.get(keyOf(duty)) ?? duty.until) !== duty.until),
    end: present.filter((duty) => duty.until !== null && !stays.has(keyOf(duty))),
  };
}

/**
 * Begins and ends duties as shifts and overrides say, within the transaction that locks the organisation. Whoever's
 * duties begin or end connects anew, and sees alerts accordingly.
 */
export async function applySchedule(client: ClientBase, organisationId: string, now: Date): Promise<DutyChanges> {
  const changes = await dutyChanges(client, organisationId, now);
  const { begin, prolong, end } = changes;
  if (begin.length > 0) {
    await client.query(
      `insert into duties (area_id, user_id, since, until)
       select d.area_id, d.user_id, $4, d.until
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as d (area_id, user_id, until)
       on conflict do nothing`,
      [...columnsOf(begin), now],
    );
  }
  if (prolong.length > 0) {
    await client.query(
      `update duties set until = d.until
         from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as d (area_id, user_id, until)
        where duties.area_id = d.area_id and duties.user_id = d.user_id and duties.until is not null`,
      columnsOf(prolong),
    );
  }
  if (end.length > 0) {
    await client.query(
      `delete from duties using unnest($1::uuid[], $2::uuid[]) as d (area_id, user_id)
        where duties.area_id = d.area_id and duties.user_id = d.user_id and duties.until is not null`,
      [end.map(({ areaId }) => areaId), end.map(({ userId }) => userId)],
    );
  }
  const people = new Set([...begin, ...end].map(({ userId }) => userId));
  for (const userId of people) await accessChanged(client, userId);
  return changes;
}

function columnsOf(duties: readonly Wanted[]): [string[], string[], Date[]] {
  return [
    duties.map(({ areaId }) => areaId),
    duties.map(({ userId }) => userId),
    duties.map(({ until }) => new Date(until)),
  ];
}
