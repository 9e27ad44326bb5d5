import { AppError } from '../errors/app-error.js';
import { insertOverride, type NewOverride } from './override-rows.js';
import { changeSchedule, requireRoom, requireWhoWhere, type ScheduleParts } from './schedule-change.js';

/** Overrides of one organisation that are not over. */
export const OVERRIDES_MAX = 500;

/** An override as clients see it; times are RFC 3339 UTC. */
export interface OverrideView extends Omit<NewOverride, 'from' | 'until'> {
  readonly id: string;
  readonly name: string;
  readonly from: string;
  readonly until: string;
  readonly createdAt: string;
}

type Row = Omit<OverrideView, 'from' | 'until' | 'createdAt'> & Record<'from' | 'until' | 'createdAt', Date>;

const OVERRIDES = `select s.id, s.organisation_id as "organisationId", s.user_id as "userId", u.name,
    s.area_id as "areaId", s.on_duty as "onDuty", s.from_at as "from", s.until_at as "until", s.created_at as "createdAt"
  from shift_overrides s join users u on u.id = s.user_id`;

/** Exceptions from shifts. */
export class ShiftOverrides {
  constructor(private readonly parts: ScheduleParts) {}

  /** Those that are not over, by their beginning; all of them, or somebody's. */
  async list(organisationId: string, userId?: string): Promise<OverrideView[]> {
    const { rows } = await this.parts.database.query<Row>({
      name: 'list-shift-overrides',
      text: `${OVERRIDES} where s.organisation_id = $1 and s.until_at > $2 and ($3::uuid is null or s.user_id = $3)
             order by s.from_at, s.id`,
      values: [organisationId, this.parts.clock.now(), userId ?? null],
    });
    return rows.map(viewOf);
  }

  /** @throws AppError NOT_FOUND as of {@link requireWhoWhere}, LIMIT_REACHED, REQUEST_INVALID when it is over */
  async add(override: NewOverride): Promise<OverrideView> {
    const { organisationId, until } = override;
    return changeSchedule(this.parts, organisationId, async (client, now) => {
      if (until <= now) throw isOver();
      await requireWhoWhere(client, override);
      const count = 'select count(*)::int from shift_overrides where organisation_id = $1 and until_at > $2';
      await requireRoom(client, count, [organisationId, now], OVERRIDES_MAX);
      const id = await insertOverride(client, override, now);
      const { rows } = await client.query<Row>(`${OVERRIDES} where s.id = $1`, [id]);
      return viewOf(rows[0]!);
    });
  }

  /** @throws AppError NOT_FOUND */
  async remove(organisationId: string, id: string): Promise<void> {
    await changeSchedule(this.parts, organisationId, async (client) => {
      const which = 'organisation_id = $1 and id = $2';
      const { rowCount } = await client.query(`delete from shift_overrides where ${which}`, [organisationId, id]);
      if (rowCount === 0) throw new AppError('NOT_FOUND', 'There is no such override');
    });
  }
}

function isOver(): AppError {
  const errors = [{ path: 'until', message: 'is over already' }];
  return new AppError('REQUEST_INVALID', 'Some fields are not valid', { errors });
}

function viewOf({ from, until, createdAt, ...row }: Row): OverrideView {
  const text = (time: Date) => time.toISOString();
  return { ...row, from: text(from), until: text(until), createdAt: text(createdAt) };
}
