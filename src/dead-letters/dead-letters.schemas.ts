import { z } from 'zod';
import { CHANNELS } from '../alerts/channel.js';
import { describes } from '../api-docs/describes.js';
import { DELIVERY_KINDS } from '../notifications/delivery.js';
import { LETTER_KINDS, type Letter } from './letter.js';

const IDS_MAX = 500;
const CURSOR = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z_[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Query of the list. */
export const lettersSchema = z
  .object({
    kind: z.enum(LETTER_KINDS).optional(),
    cursor: z.string().regex(CURSOR, 'is not a cursor of this list').optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  })
  .meta({ id: 'ListDeadLetters' });

/** Which dead letters: some by id, or all of them. */
export const whichSchema = z
  .union([z.strictObject({ ids: z.array(z.uuid()).min(1).max(IDS_MAX) }), z.strictObject({ all: z.literal(true) })])
  .meta({ id: 'WhichDeadLetters' });

const time = z.iso.datetime();
const letterSchema = describes<Letter>()(
  z
    .object({
      id: z.uuid(),
      kind: z.enum(LETTER_KINDS),
      at: time.describe('When it was given up'),
      attempts: z.number().int(),
      reason: z.string().nullable(),
      delivery: z
        .object({
          of: z.enum(DELIVERY_KINDS),
          channel: z.enum(CHANNELS),
          receiver: z.string().describe('Origin of a webhook of the deployment, else the id of the contact'),
          seq: z.number().int().nullable().describe('The event'),
        })
        .optional(),
      job: z
        .object({ queue: z.string(), name: z.string(), payload: z.string().describe('Fields and types, no values') })
        .optional(),
    })
    .meta({ id: 'DeadLetter', description: 'A delivery or a job that was given up' }),
);

/** A page of dead letters. */
export const letterPageSchema = z
  .object({ items: z.array(letterSchema), next: z.string().nullable().describe('`cursor` of the next page') })
  .meta({ id: 'DeadLetterPage' });

/** What was done, to how many. */
export const replayedSchema = z.object({ replayed: z.number().int() }).meta({ id: 'Replayed' });
export const droppedSchema = z.object({ dropped: z.number().int() }).meta({ id: 'Dropped' });
