import { z } from 'zod';
import { ALERT_KINDS, ALERT_SOURCES, ALERT_STATUSES, OUTCOMES, RESPONSE_STATUSES } from './alert.js';
import { SEVERITIES } from './severity.js';

export const MESSAGE_MAX = 1000;
export const LOCATION_TEXT_MAX = 500;
const NAME_MAX = 200;
const PIN_TEXT_MAX = 64;
const ETA_MINUTES_MAX = 24 * 60;

/** What Postgres can store of a text: no NUL, no half of a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed().trim();
}
export const text = (max: number) =>
  // The limits hold for what is kept; the description of the API tells them as those of what is sent.
  z.string().transform(storable).pipe(z.string().min(1).max(max)).meta({ minLength: 1, maxLength: max });

/** What can be seen of nothing: spaces, control and format characters, fillers of Hangul, the empty pattern of Braille. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Z}\p{C}\u2800]/gu;
/** Turns the writing direction of whatever a name stands before. Names in Arabic or Hebrew do without. */
const BIDI_CONTROLS = /\p{Bidi_Control}/gu;

/** What somebody or something is called: one must be able to see it in a list. */
export const nameText = (max: number) =>
  z
    .string()
    .transform((name) => storable(name.replaceAll(BIDI_CONTROLS, '')))
    .pipe(
      z
        .string()
        .max(max)
        .refine((name) => name.replaceAll(INVISIBLE, '') !== '', 'has no visible character'),
    )
    .meta({ minLength: 1, maxLength: max });

/** A number, or a text that is one. `Number()` alone makes 0 of blanks and of an empty list: a place in the sea. */
const number = z.union([z.number(), z.string().trim().min(1).transform(Number)], 'Invalid input: expected number');

/** A time in RFC 3339, as UTC. */
const timeSchema = z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString());

/** A PIN for cancelling, of an alert or of an account. */
export const PIN = /^\d{4,8}$/;
export const pinSchema = z.string().regex(PIN, 'it must have 4 to 8 digits');

/** Latitude and longitude in WGS 84 degrees, accuracy in metres, time of the reading in RFC 3339. */
export const geoPointSchema = z.object({
  lat: number.pipe(z.number().min(-90).max(90)),
  lng: number.pipe(z.number().min(-180).max(180)),
  accuracyM: number.pipe(z.number().min(0).max(1_000_000)).optional(),
  recordedAt: timeSchema.optional(),
});

export const contactSchema = z.object({
  name: nameText(NAME_MAX).optional(),
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
    source: z.enum(ALERT_SOURCES).default('web'),
    cancelPin: pinSchema.optional(),
    duressPin: pinSchema.optional(),
  })
  .meta({ id: 'RaiseAlert' });

/** Body of a PATCH: what is told after the first press. Read as leniently as the press. */
export const updateSchema = raiseSchema
  .pick({ location: true, message: true, contact: true, cancelPin: true, duressPin: true })
  .meta({ id: 'UpdateAlert' });

const note = text(MESSAGE_MAX).optional();
const reason = text(MESSAGE_MAX).optional();

/** Body of acknowledge. */
export const acknowledgeSchema = z.object({ note }).meta({ id: 'AcknowledgeAlert' });

/** Body of respond: what one does about it, and when one expects to be there. */
export const respondSchema = z
  .object({
    status: z.enum(RESPONSE_STATUSES),
    etaMinutes: number.pipe(z.number().min(0).max(ETA_MINUTES_MAX)).optional(),
    etaAt: timeSchema.optional(),
    note,
  })
  .meta({ id: 'RespondToAlert' });

/** Body of resolve: how it ended. */
export const resolveSchema = z
  .object({ outcome: z.enum(OUTCOMES).optional(), duplicateOf: z.uuid().toLowerCase().optional(), reason })
  .refine(({ outcome, duplicateOf }) => duplicateOf === undefined || outcome === 'duplicate', {
    path: ['duplicateOf'],
    message: 'goes with the outcome duplicate',
  })
  .meta({ id: 'ResolveAlert' });

/** Body of reopen. */
export const reopenSchema = z.object({ reason }).meta({ id: 'ReopenAlert' });

/** Body of cancel; the reporter gives the PIN that was set. */
export const cancelSchema = z
  .object({
    pin: z
      .union([z.string().trim().min(1).max(PIN_TEXT_MAX), z.int().nonnegative().transform(String)], 'is no PIN')
      .optional(),
    reason,
  })
  .meta({ id: 'CancelAlert' });

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
    area: z.uuid().toLowerCase().optional(),
    organisation: z.uuid().toLowerCase().optional(),
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
