import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { AppError } from '../errors/app-error.js';
import { clockText } from './clock-text.js';
import { changeSchedule, requireRoom, requireWhoWhere, type ScheduleParts, type WhoWhere } from './schedule-change.js';

/** Shifts of one organisation. */
export const SHIFTS_MAX = 500;

/** Somebody's weekly shift, as clients see it. */
export interface ShiftView extends WhoWhere {
  readonly id: string;
  readonly name: string;
  /** On which it begins; ISO: Monday is 1. */
  readonly weekday: number;
  /** As the clock shows it in the time zone of the organisation, such as 18:00. */
  readonly start: string;
  /** Not after the start: on the next day. */
  readonly end: string;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
}

/** Minutes of the day. */
export interface NewShift extends WhoWhere {
  readonly weekday: number;
  readonly start: number;
  readonly end: number;
}

type Row = Omit<ShiftView, 'start' | 'end' | 'createdAt'> & { start: number; end: number; createdAt: Date };

const SHIFTS = `select s.id, s.organisation_id as "organisationId", s.user_id as "userId", u.name, s.area_id as "areaId",
    s.weekday, s.start_minute as "start", s.end_minute as "end", s.created_at as "createdAt"
  from shifts s join users u on u.id = s.user_id`;

/** Who is on duty every week. */
export class Shifts {
  constructor(private readonly parts: ScheduleParts) {}

  /** In the order of the week; all of them, or somebody's. */
  async list(organisationId: string, userId?: string): Promise<ShiftView[]> {
    const { rows } = await this.parts.database.query<Row>({
      name: 'list-shifts',
      text: `${SHIFTS} where s.organisation_id = $1 and ($2::uuid is null or s.user_id = $2)
             order by s.weekday, s.start_minute, u.name, s.id`,
      values: [organisationId, userId ?? null],
    });
    return rows.map(viewOf);
  }

  /** @throws AppError NOT_FOUND as of {@link requireWhoWhere}, LIMIT_REACHED */
  async add(shift: NewShift): Promise<ShiftView> {
    const { organisationId, userId, areaId, weekday, start, end } = shift;
    return changeSchedule(this.parts, organisationId, async (client, now) => {
      await requireWhoWhere(client, shift);
      const count = 'select count(*)::int from shifts where organisation_id = $1';
      await requireRoom(client, count, [organisationId], SHIFTS_MAX);
      await this.#settleTimeZone(client, organisationId);
      const id = uuidv7({ msecs: now.getTime() });
      await client.query(
        `insert into shifts (id, organisation_id, user_id, area_id, weekday, start_minute, end_minute, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, organisationId, userId, areaId, weekday, start, end, now],
      );
      const { rows } = await client.query<Row>(`${SHIFTS} where s.id = $1`, [id]);
      return viewOf(rows[0]!);
    });
  }

  /** @throws AppError NOT_FOUND */
  async remove(organisationId: string, id: string): Promise<void> {
    await changeSchedule(this.parts, organisationId, async (client) => {
      const which = 'organisation_id = $1 and id = $2';
      const { rowCount } = await client.query(`delete from shifts where ${which}`, [organisationId, id]);
      if (rowCount === 0) throw new AppError('NOT_FOUND', 'There is no such shift');
    });
  }

  /** What was meant by six o'clock stays so, whatever the deployment's time zone becomes. */
  async #settleTimeZone(client: ClientBase, organisationId: string): Promise<void> {
    await client.query('update organisations set time_zone = $2 where id = $1 and time_zone is null', [
      organisationId,
      this.parts.timeZone,
    ]);
  }
}

function viewOf({ start, end, createdAt, ...row }: Row): ShiftView {
  return { ...row, start: clockText(start), end: clockText(end), createdAt: createdAt.toISOString() };
}
