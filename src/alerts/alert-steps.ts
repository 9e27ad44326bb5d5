import type { z } from 'zod';
import type { Actor } from './alert.js';
import type { Clock } from '../clock.js';
import { parse } from '../errors/parse.js';
import { acknowledgeSchema, cancelSchema, reopenSchema, resolveSchema, respondSchema } from './alert.schemas.js';
import type { LifecycleCommand } from './decide.js';

const MINUTE_MS = 60_000;

/** The body of each step in the life of an alert, the same over HTTP and on sockets. */
export const STEP_SCHEMAS = {
  acknowledge: acknowledgeSchema,
  respond: respondSchema,
  resolve: resolveSchema,
  reopen: reopenSchema,
  cancel: cancelSchema,
} as const;

export type StepType = keyof typeof STEP_SCHEMAS;

/** A step as somebody asks for it. */
export type Step = { [T in StepType]: { readonly type: T } & z.output<(typeof STEP_SCHEMAS)[T]> }[StepType];

/** @throws AppError REQUEST_INVALID */
export function readStep(type: StepType, body: unknown): Step {
  // The type is the schema's.
  return { type, ...parse(STEP_SCHEMAS[type], body ?? {}) } as Step;
}

/** The command of a step, as far as the step itself says. */
export function commandOf(step: Step, alertId: string, actor: Actor, clock: Clock): LifecycleCommand {
  const now = clock.now();
  const head = { alertId, at: now.toISOString(), actor };
  const note = 'note' in step ? step.note : 'reason' in step ? step.reason : undefined;
  const said = { ...head, ...(note === undefined ? {} : { note }) };
  switch (step.type) {
    case 'respond': {
      const { status, etaMinutes } = step;
      const etaAt =
        etaMinutes === undefined ? step.etaAt : new Date(now.getTime() + etaMinutes * MINUTE_MS).toISOString();
      return { ...said, type: 'respond', status, ...(etaAt === undefined ? {} : { etaAt }) };
    }
    case 'resolve': {
      const { outcome, duplicateOf } = step;
      return { ...said, type: 'resolve', ...(outcome ? { outcome } : {}), ...(duplicateOf ? { duplicateOf } : {}) };
    }
    case 'acknowledge':
    case 'reopen':
    case 'cancel':
      return { ...said, type: step.type };
  }
}
