import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import { alertEventSchema, alertSchema, raisedSchema, seenAlertSchema } from '../alerts/alert-answer.schemas.js';
import { raiseSchema } from '../alerts/alert.schemas.js';
import type { ErrorCode } from '../errors/error-codes.js';
import type {
  ClientToServerEvents,
  PresenceCounts,
  ResyncReason,
  ServerToClientEvents,
  SnapshotMessage,
} from './socket-events.js';
import { acknowledgeStep, closeStep } from './socket-requests.js';

/** An event that the server sends. */
export interface ServerEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}

/** A payload as a client would send it; a test sends every one. Placeholders are those of the HTTP examples. */
export interface EventExample {
  readonly name: string;
  readonly payload: unknown;
  /** Which problem the answer is. */
  readonly code?: ErrorCode;
}

/** An event that a client sends, and the answer through its callback. */
export interface ClientEvent {
  readonly summary: string;
  readonly who: string;
  readonly payload: z.ZodType;
  readonly answer: z.ZodType;
  readonly errors: readonly ErrorCode[];
  readonly examples: readonly [EventExample, ...EventExample[]];
}

const count = z.int().min(0);

const snapshotSchema = describes<SnapshotMessage>()(
  z
    .object({
      seq: count.describe('Number of the last event that it holds; 0 in all parts but the last'),
      alerts: z.array(seenAlertSchema).describe('Oldest first'),
      part: z.int().min(1).optional(),
      parts: z.int().min(1).optional(),
    })
    .meta({ id: 'Snapshot' }),
);

const presenceSchema = describes<PresenceCounts>()(
  z.object({ responders: count, reporters: count, nodes: count }).meta({ id: 'Presence' }),
);

/** Every reason to connect anew; the schema beside it ties them to the type. */
export const RESYNC_REASONS = ['slow', 'unavailable', 'cursor-expired', 'cursor-ahead'] as const;
const resyncSchema = describes<{ readonly reason: ResyncReason }>()(
  z.object({ reason: z.enum(RESYNC_REASONS) }).meta({ id: 'Resync' }),
);

/** Everything that the server sends. */
export const SERVER_EVENTS: Readonly<Record<keyof ServerToClientEvents, ServerEvent>> = {
  snapshot: {
    summary: 'The open alerts of the rooms; a reporter gets the own alert, whatever its status',
    payload: snapshotSchema,
  },
  alert: { summary: 'What happened to an alert, and the alert after it', payload: alertEventSchema },
  presence: {
    summary: 'Who is connected, to responders; the first one says that everything missed has been sent',
    payload: presenceSchema,
  },
  resync: {
    summary: 'This connection ends: connect again, with the cursor unless the reason begins with `cursor`',
    payload: resyncSchema,
  },
};

const STEP_ERRORS = [
  'REQUEST_INVALID',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ALERT_NOT_FOUND',
  'ALERT_STATE',
  'TOO_MANY_EVENTS',
  'DATABASE_UNAVAILABLE',
] as const;

/** Everything that a client may send. */
export const CLIENT_EVENTS: Readonly<Record<keyof ClientToServerEvents, ClientEvent>> = {
  'alert:raise': {
    summary: 'Raise an alert, or press once more; never limited',
    who: 'any connected socket',
    payload: raiseSchema.extend({ idempotencyKey: z.string().optional() }).meta({ id: 'RaiseEvent' }),
    answer: raisedSchema,
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [{ name: 'A fire', payload: { kind: 'fire', message: 'Smoke from the hall' } }],
  },
  'alert:acknowledge': {
    summary: 'Say that somebody looks after it',
    who: 'responders',
    payload: acknowledgeStep,
    answer: alertSchema,
    errors: STEP_ERRORS,
    examples: [
      { name: 'With a note', payload: { id: '{{raiseAlert.id}}', note: 'Two medics, ten minutes' } },
      { name: 'No id', payload: {}, code: 'REQUEST_INVALID' },
    ],
  },
  'alert:resolve': {
    summary: 'Close an alert that is dealt with',
    who: 'responders',
    payload: closeStep,
    answer: alertSchema,
    errors: STEP_ERRORS,
    examples: [{ name: 'With a reason', payload: { id: '{{raiseAlert.id}}', reason: 'Taken to hospital' } }],
  },
  'alert:cancel': {
    summary: 'Cancel an alert that needs nobody',
    who: 'responders',
    payload: closeStep,
    answer: alertSchema,
    errors: STEP_ERRORS,
    examples: [
      { name: 'With a reason', payload: { id: '{{raiseAlert.id}}', reason: 'Pressed by a child' } },
      { name: 'Somebody was faster', payload: { id: '{{resolveAlert.id}}' }, code: 'ALERT_STATE' },
    ],
  },
};
