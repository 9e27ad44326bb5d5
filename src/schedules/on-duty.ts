import type { ClientBase } from 'pg';
import { dutyAt, type Schedule } from './duty-at.js';
import { readSchedule, WHO_ANSWERS } from './schedule-rows.js';

/** Anything that runs a statement: the pool, or the client of a transaction. */
export type Queryable = Pick<ClientBase, 'query'>;

/** Whom to look for. */
export interface DutyQuestion {
  readonly organisationId: string;
  /** Areas of the alert; none: every area of the organisation. */
  readonly areas: readonly string[];
  readonly at: Date;
}

/**
 * The accounts of those who answer alerts of an organisation and are on duty then: by shifts and overrides, to the moment,
 * and whoever began by hand.
 */
export async function onDuty(database: Queryable, question: DutyQuestion): Promise<string[]> {
  const { organisationId, areas, at } = question;
  const schedule = await readSchedule(database, organisationId, at);
  if (!schedule) return [];
  const places = areas.length > 0 ? areas : [null, ...namedAreas(schedule)];
  const scheduled = dutyAt(schedule, at.getTime(), places).map(({ userId }) => userId);
  const byHand = await begunByHand(database, question);
  return [...new Set([...scheduled, ...byHand.map(({ userId }) => userId)])].sort();
}

/** A duty that goes on until whoever began it ends it. */
export interface OpenDuty {
  readonly userId: string;
  readonly areaId: string;
}

/** Duties that were begun by hand before this moment. */
export async function begunByHand(
  database: Queryable,
  { organisationId, areas, at }: DutyQuestion,
): Promise<OpenDuty[]> {
  const { rows } = await database.query<OpenDuty>({
    name: 'begun-by-hand',
    text: `select s.user_id as "userId", s.area_id as "areaId"
             from (select d.*, a.organisation_id from duties d join areas a on a.id = d.area_id
                    where a.organisation_id = $1 and d.until is null and d.since <= $3
                      and (cardinality($2::uuid[]) = 0 or a.id = any($2::uuid[]))) s
             ${WHO_ANSWERS}
            order by 1, 2`,
    values: [organisationId, areas, at],
  });
  return rows;
}

function namedAreas({ shifts, overrides }: Schedule): string[] {
  return [...new Set([...shifts, ...overrides].flatMap(({ areaId }) => areaId ?? []))];
}
