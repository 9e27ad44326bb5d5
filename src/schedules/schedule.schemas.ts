import { z } from 'zod';
import { clockTextSchema } from './clock-text.js';

const DAY_MS = 86_400_000;
/** A year with a leap day; what lasts longer is a shift. */
const OVERRIDE_MAX_DAYS = 366;
/** What lies outside is a mistake, and some of it Postgres does not take. */
const YEARS = { from: 2000, until: 2200 } as const;

const id = z.uuid().toLowerCase();
const areaId = id.nullable().default(null).describe('Absent: all areas of the organisation');
const time = z.iso
  .datetime({ offset: true, abort: true })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= YEARS.from && at.getUTCFullYear() < YEARS.until, {
    message: 'is out of range',
    abort: true,
  })
  .meta({ description: 'RFC 3339' });
const clock = (about: string) => clockTextSchema.meta({ description: about });

/** Body of a new shift. */
export const newShiftSchema = z
  .object({
    userId: id,
    areaId,
    weekday: z.int().min(1).max(7).describe('On which it begins; Monday is 1, Sunday 7'),
    start: clock('Such as 18:00, in the time zone of the organisation'),
    end: clock('Not after the start: on the next day'),
  })
  .meta({ id: 'NewShift' });

/** Body of a new override. */
export const newOverrideSchema = z
  .object({ userId: id, areaId, onDuty: z.boolean(), from: time, until: time })
  .refine(({ from, until }) => until > from, { path: ['until'], message: 'must be after from' })
  .refine(({ from, until }) => until.getTime() - from.getTime() <= OVERRIDE_MAX_DAYS * DAY_MS, {
    path: ['until'],
    message: `must be within ${OVERRIDE_MAX_DAYS} days of from`,
  })
  .meta({ id: 'NewShiftOverride' });

/** Query of who is on duty. */
export const onDutySchema = z.object({ at: time.optional() }).meta({ id: 'OnDuty' });
