import { z } from 'zod';
import { ALERT_KINDS, ALERT_STATUSES } from './alert.js';
import { SEVERITIES } from './severity.js';

export const MESSAGE_MAX = 1000;
export const LOCATION_TEXT_MAX = 500;
const NAME_MAX = 200;

/** What Postgres can store of a text: no NUL, no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().trim();
}
export const text = (max: number) => z.string().transform(storable).pipe(z.string().min(1).max(max));

/** A number, or a text that is one. `Number()` alone makes 0 of blanks and of an empty list: a place in the sea. */
const number = z.union([z.number(), z.string().trim().min(1).transform(Number)], 'Invalid input: expected number');

/** Latitude and longitude in WGS 84 degrees, accuracy in metres, time of the reading in RFC 3339. */
export const geoPointSchema = z.object({
  lat: number.pipe(z.number().min(-90).max(90)),
  lng: number.pipe(z.number().min(-180).max(180)),
  accuracyM: number.pipe(z.number().min(0).max(1_000_000)).optional(),
  recordedAt: z.iso
    .datetime({ offset: true })
    .transform((time) => new Date(time).toISOString())
    .optional(),
});

export const contactSchema = z.object({
  name: text(NAME_MAX).optional(),
  phone: text(40).optional(),
});

/** Body of a raise. Every field may be absent; one that cannot be read is dropped and named in `warnings`. */
export const raiseSchema = z
  .object({
    severity: z.enum(SEVERITIES).default('high'),
    kind: z.enum(ALERT_KINDS).default('panic'),
    location: z.union([geoPointSchema, text(LOCATION_TEXT_MAX)]).optional(),
    message: text(MESSAGE_MAX).optional(),
    contact: contactSchema.optional(),
    test: z.boolean().default(false),
  })
  .meta({ id: 'RaiseAlert' });

/** Body of acknowledge. */
export const acknowledgeSchema = z.object({ note: text(MESSAGE_MAX).optional() }).meta({ id: 'AcknowledgeAlert' });
/** Body of resolve and cancel. */
export const closeSchema = z.object({ reason: text(MESSAGE_MAX).optional() }).meta({ id: 'CloseAlert' });

/** What Postgres reads of the form that JavaScript writes: not the year 0, none beyond 9999. */
function inYearsOfFourDigits(time: Date): boolean {
  return time.getUTCFullYear() > 0 && time.getUTCFullYear() < 10_000;
}

/** Query of the list. */
export const listSchema = z
  .object({
    status: z.enum(ALERT_STATUSES).optional(),
    severity: z.enum(SEVERITIES).optional(),
    since: z.iso
      .datetime({ offset: true })
      .transform((time) => new Date(time))
      .refine(inYearsOfFourDigits, 'is out of range')
      .optional(),
    cursor: z.uuid('is not a cursor of this list').optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .meta({ id: 'ListAlerts' });

/** Query of the timeline; the cursor is the `seq` of the last event of the page before. */
export const timelineSchema = z
  .object({
    cursor: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(500),
  })
  .meta({ id: 'AlertTimeline' });
