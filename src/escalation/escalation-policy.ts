import { z } from 'zod';
import { CHANNELS } from '../alerts/channel.js';
import { ROLES } from '../auth/roles.js';

/** Longest wait for somebody to take notice, seconds; longer would be no escalation. */
const MAX_DELAY_SECONDS = 3600;
/** Without a receipt of anybody for so long, the next step comes before its time; seconds. */
const UNREACHED_SECONDS = 15;

/** Going through all steps takes no less when they are repeated, seconds: ten steps six times are sixty text messages. */
const MIN_ROUND_SECONDS = 30;

/** Whom a step tells. */
const target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('on_duty') }).describe('Those on duty in the areas of the alert'),
  z.strictObject({ kind: z.literal('role'), role: z.enum(ROLES) }).describe('Everybody of a role in the organisation'),
  z.strictObject({ kind: z.literal('person'), userId: z.uuid() }).describe('One member of the organisation'),
]);

const step = z.strictObject({
  targets: z.array(target).min(1).max(20),
  channels: z
    .array(z.enum(CHANNELS))
    .min(1)
    .optional()
    .describe('By these channels at once; absent: each person by their own order'),
  delaySeconds: z
    .int()
    .min(0)
    .max(MAX_DELAY_SECONDS)
    .describe('How long to wait for somebody to take notice before the next step'),
});

const fields = z.strictObject({
  steps: z.array(step).min(1).max(10),
  repeat: z.int().min(0).max(5).default(0).describe('How many times to go through all steps again'),
  unreachedSeconds: z
    .int()
    .min(5)
    .max(600)
    .default(UNREACHED_SECONDS)
    .describe('When no device of a step has received it after so long, the next step comes at once'),
});

/** How an organisation calls its people. The first step happens when the alert is raised. */
export const escalationPolicySchema = fields.meta({
  id: 'EscalationPolicy',
  description: 'How an organisation calls its people',
});
/** The same as it is sent: parts that have a default may be left out. What is repeated must take its time. */
export const setPolicySchema = fields
  .refine(({ steps, repeat }) => repeat === 0 || roundOf(steps) >= MIN_ROUND_SECONDS, {
    path: ['repeat'],
    message: `steps that are repeated need delays of ${MIN_ROUND_SECONDS} seconds or more together`,
  })
  .meta({ id: 'SetEscalationPolicy' });

/** How long all steps take, once, seconds. */
function roundOf(steps: readonly z.output<typeof step>[]): number {
  return steps.reduce((sum, { delaySeconds }) => sum + delaySeconds, 0);
}

export type EscalationPolicy = Readonly<z.output<typeof escalationPolicySchema>>;
export type EscalationStep = EscalationPolicy['steps'][number];
export type EscalationTarget = EscalationStep['targets'][number];

/** Of an organisation that has not said anything else. */
export const DEFAULT_POLICY: EscalationPolicy = {
  steps: [
    { targets: [{ kind: 'on_duty' }], delaySeconds: 60 },
    { targets: [{ kind: 'role', role: 'responder' }], delaySeconds: 120 },
    { targets: [{ kind: 'role', role: 'dispatcher' }], delaySeconds: 180 },
  ],
  repeat: 1,
  unreachedSeconds: UNREACHED_SECONDS,
};

/**
 * Of an alert that something speaks against: it is looked into, and calls nobody out. Without a receipt it waits as long:
 * whoever is flooded with such alerts gets few messages of them, and so has few receipts.
 */
export const UNVERIFIED_POLICY: EscalationPolicy = {
  steps: [{ targets: [{ kind: 'role', role: 'dispatcher' }], delaySeconds: 300 }],
  repeat: 1,
  unreachedSeconds: 300,
};
