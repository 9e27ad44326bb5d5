import { z } from 'zod';
import { ESCALATION_REASONS } from '../alerts/alert.js';
import { CHANNELS } from '../alerts/channel.js';
import { describes } from '../api-docs/describes.js';
import { DELIVERY_STATUSES } from '../notifications/delivery.js';
import type { AlertEscalation } from './alert-escalation.js';
import { escalationPolicySchema } from './escalation-policy.js';

const id = z.uuid();
const time = z.iso.datetime();
const level = z.int().min(0);
const organisationId = id.nullable().describe('Null: with the operators');

/** How an organisation calls its people. */
export const heldPolicySchema = z
  .object({ policy: escalationPolicySchema, isDefault: z.boolean().describe('It has set none of its own') })
  .meta({ id: 'HeldEscalationPolicy' });

const stand = z.object({
  organisationId,
  level,
  at: time.describe('When it came there'),
  nextAt: time.nullable().describe('When it goes on, or is looked at; null: never'),
  ended: z.enum(['acknowledged', 'closed', 'exhausted', 'moved']).nullable(),
});
const step = z.object({
  organisationId,
  level,
  at: time,
  reason: z.enum(ESCALATION_REASONS),
  skipped: z.array(level).describe('Levels at which nobody could be told'),
  told: z.int().min(0).describe('How many people'),
});
const delivery = z.object({
  level,
  channel: z.enum(CHANNELS),
  status: z.enum([...DELIVERY_STATUSES, 'held']).describe('`held`: until quiet hours end'),
  createdAt: time,
  finishedAt: time.nullable(),
  receivedAt: time.nullable().describe('When a device or the provider said that it arrived'),
  reason: z.string().nullable().describe('Why it failed or was not needed'),
});

/** Who has been called about an alert, and what is next. */
export const alertEscalationSchema = describes<AlertEscalation>()(
  z
    .object({
      stands: z.array(stand).describe('One of each organisation'),
      steps: z.array(step).describe('Where it went on, in order'),
      people: z.array(z.object({ userId: id, name: z.string(), deliveries: z.array(delivery) })),
    })
    .meta({ id: 'AlertEscalation', description: 'Who has been called about an alert, and what is next' }),
);
