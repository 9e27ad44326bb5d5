import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import { timeZoneSchema } from '../config/time-zone.js';
import type { Database } from '../database/database.js';
import { clockText, clockTextSchema } from '../schedules/clock-text.js';

/** When somebody is told of nothing but what is critical, as they set it; the time zone alone: never. */
export interface QuietHoursView {
  readonly from?: string;
  readonly until?: string;
  readonly timeZone: string;
}

/** Body of quiet hours. */
export const setQuietHoursSchema = z
  .object({
    from: clockTextSchema.describe('Such as `22:00`'),
    until: clockTextSchema.describe('Not after `from`: of the next day'),
    timeZone: timeZoneSchema.optional().describe('IANA name; the one of the deployment when absent'),
  })
  .refine(({ from, until }) => from !== until, { path: ['until'], message: 'must differ from from' })
  .meta({ id: 'SetQuietHours' });

export const quietHoursSchema = describes<QuietHoursView>()(
  z
    .object({ from: z.string().optional(), until: z.string().optional(), timeZone: z.string() })
    .meta({ id: 'QuietHours', description: 'Without `from` and `until` there are none' }),
);

/** The quiet hours of people. Errors as of {@link Database}. */
export class OwnQuietHours {
  /** @param timeZone of the deployment */
  constructor(
    private readonly database: Database,
    private readonly timeZone: string,
  ) {}

  async read(userId: string): Promise<QuietHoursView> {
    const { rows } = await this.database.query<{ from_minute: number; until_minute: number; time_zone: string }>({
      name: 'read-quiet-hours',
      text: 'select from_minute, until_minute, time_zone from quiet_hours where user_id = $1',
      values: [userId],
    });
    const [row] = rows;
    if (!row) return { timeZone: this.timeZone };
    return { from: clockText(row.from_minute), until: clockText(row.until_minute), timeZone: row.time_zone };
  }

  async set(userId: string, hours: z.output<typeof setQuietHoursSchema>): Promise<QuietHoursView> {
    const { from, until, timeZone = this.timeZone } = hours;
    await this.database.query({
      name: 'set-quiet-hours',
      text: `insert into quiet_hours (user_id, from_minute, until_minute, time_zone) values ($1, $2, $3, $4)
             on conflict (user_id) do update set from_minute = $2, until_minute = $3, time_zone = $4`,
      values: [userId, from, until, timeZone],
    });
    return { from: clockText(from), until: clockText(until), timeZone };
  }

  async remove(userId: string): Promise<void> {
    await this.database.query({
      name: 'remove-quiet-hours',
      text: 'delete from quiet_hours where user_id = $1',
      values: [userId],
    });
  }
}
