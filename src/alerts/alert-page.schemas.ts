import { z } from 'zod';
import { alertEventSchema, seenAlertSchema } from './alert-answer.schemas.js';

/** A page of the list. */
export const alertPageSchema = z
  .object({ items: z.array(seenAlertSchema), next: z.uuid().nullable().describe('`cursor` of the next page') })
  .meta({ id: 'AlertPage' });

/** A page of the timeline. */
export const eventPageSchema = z
  .object({ items: z.array(alertEventSchema), next: z.int().min(0).nullable().describe('`cursor` of the next page') })
  .meta({ id: 'EventPage' });
