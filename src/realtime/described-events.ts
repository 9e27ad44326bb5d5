import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import {
  alertEventSchema,
  raisedSchema,
  stepAnswerSchema,
  updateAnswerSchema,
} from '../alerts/alert-answer.schemas.js';
import { STEP_SCHEMAS } from '../alerts/alert-steps.js';
import { raiseSchema, updateSchema } from '../alerts/alert.schemas.js';
import type { ErrorCode } from '../errors/error-codes.js';
import { placeSchema } from './position-news.js';
import type { ReceiptAnswer } from './receipts.js';
import {
  positionMessageSchema,
  presenceSchema,
  provisionalMessageSchema,
  reachMessageSchema,
  resyncSchema,
  returnSchema,
  snapshotSchema,
} from './server-messages.schemas.js';
import type { ClientToServerEvents, ServerToClientEvents } from './socket-events.js';

/** An event that the server sends. */
export interface ServerEvent {
  readonly summary: string;
  readonly payload: z.ZodType;
}

/** A payload as a client would send it; a test sends every one. Placeholders are those of the HTTP examples. */
export interface EventExample {
  readonly name: string;
  /** Operations that must have happened. */
  readonly after?: readonly string[];
  /** Token of the handshake; absent: the operator key. */
  readonly token?: string;
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
  return: {
    summary: 'How widely to spread the return when this connection ends; again when it has changed much',
    payload: returnSchema,
  },
  provisional: {
    summary: 'An alert that Redis has taken while Postgres is away; the `alert` of the same id takes its place',
    payload: provisionalMessageSchema,
  },
  resync: {
    summary: 'This connection ends: connect again, with the cursor unless the reason begins with `cursor`',
    payload: resyncSchema,
  },
  reach: { summary: 'How many an alert has reached, to its reporter and to dispatchers', payload: reachMessageSchema },
  position: { summary: 'Where a responder is, to dispatchers and operators', payload: positionMessageSchema },
};

const STEP_ERRORS = [
  'REQUEST_INVALID',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ALERT_NOT_FOUND',
  'ALERT_STATE',
  'TOO_MANY_EVENTS',
  'ALERT_PROVISIONAL',
  'DATABASE_UNAVAILABLE',
] as const;

const ofAlert = { id: z.string().describe('The `id` of the alert') };
const RESPONDERS = 'who answers for the area or the organisation of the alert';

/** What all steps in the life of an alert have in common. */
function step(summary: string, payload: z.ZodType, examples: ClientEvent['examples']): ClientEvent {
  return { summary, who: RESPONDERS, payload, answer: stepAnswerSchema, errors: STEP_ERRORS, examples };
}

const receipt = z.object(ofAlert).meta({ id: 'Receipt' });
const receiptAnswer = describes<ReceiptAnswer>()(
  z.object({ id: z.uuid(), at: z.iso.datetime() }).meta({ id: 'ReceiptAnswer' }),
);
const AS_DISPATCHER = { after: ['changeOrganisation', 'setMember'], token: '{{login.token}}' } as const;

/** What a device tells of an alert that has come to it. */
function told(summary: string): ClientEvent {
  return {
    summary,
    who: 'people who answer the alert',
    payload: receipt,
    answer: receiptAnswer,
    errors: [
      'REQUEST_INVALID',
      'FORBIDDEN',
      'ALERT_NOT_FOUND',
      'TOO_MANY_EVENTS',
      'ALERT_PROVISIONAL',
      'DATABASE_UNAVAILABLE',
    ],
    examples: [
      { name: 'As somebody on duty', ...AS_DISPATCHER, payload: { id: '{{raiseAlert.id}}' } },
      { name: 'The operator key is nobody', payload: { id: '{{raiseAlert.id}}' }, code: 'FORBIDDEN' },
    ],
  };
}

/** Everything that a client may send. */
export const CLIENT_EVENTS: Readonly<Record<keyof ClientToServerEvents, ClientEvent>> = {
  'alert:raise': {
    summary: 'Raise an alert, or press once more; never limited',
    who: 'any connected socket',
    payload: raiseSchema.safeExtend({ idempotencyKey: z.string().optional() }).meta({ id: 'RaiseEvent' }),
    answer: raisedSchema,
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [{ name: 'A fire', payload: { kind: 'fire', message: 'Smoke from the hall' } }],
  },
  'alert:acknowledge': step(
    'Say that you look after it',
    STEP_SCHEMAS.acknowledge.safeExtend(ofAlert).meta({ id: 'AcknowledgeEvent' }),
    [
      { name: 'With a note', payload: { id: '{{raiseAlert.id}}', note: 'Two medics, ten minutes' } },
      { name: 'No id', payload: {}, code: 'REQUEST_INVALID' },
    ],
  ),
  'alert:update': {
    ...step(
      'Add what is told late: send first, locate after',
      updateSchema.safeExtend(ofAlert).meta({ id: 'UpdateEvent' }),
      [
        {
          name: 'The position came late',
          payload: { id: '{{raiseAlert.id}}', location: { lat: -25.7461, lng: 28.1881 } },
        },
      ],
    ),
    who: 'its reporter, and dispatchers of its organisations',
    answer: updateAnswerSchema,
  },
  'alert:respond': step(
    'Say that you are on your way, there, or not coming after all',
    STEP_SCHEMAS.respond.safeExtend(ofAlert).meta({ id: 'RespondEvent' }),
    [{ name: 'On the way', payload: { id: '{{raiseAlert.id}}', status: 'en_route', etaMinutes: 8 } }],
  ),
  'alert:reopen': {
    ...step('Open an alert again', STEP_SCHEMAS.reopen.safeExtend(ofAlert).meta({ id: 'ReopenEvent' }), [
      { name: 'With a reason', payload: { id: '{{resolveAlert.id}}', reason: 'They came back' } },
    ]),
    who: 'dispatchers of its organisations',
  },
  'alert:received': told('The alert has come to this device'),
  'alert:seen': told('Somebody has looked at the alert'),
  position: {
    summary: 'Where I am; at most once a second',
    who: 'people who answer alerts',
    payload: placeSchema.meta({ id: 'PositionEvent' }),
    answer: z.object({ at: z.iso.datetime() }),
    errors: ['REQUEST_INVALID', 'FORBIDDEN', 'TOO_MANY_EVENTS'],
    examples: [
      { name: 'On the road', ...AS_DISPATCHER, payload: { lat: -25.7461, lng: 28.1881, accuracyM: 15 } },
      { name: 'The operator key is nobody', payload: { lat: 0, lng: 0 }, code: 'FORBIDDEN' },
    ],
  },
  'alert:resolve': step(
    'Close an alert that is dealt with',
    STEP_SCHEMAS.resolve.safeExtend(ofAlert).meta({ id: 'ResolveEvent' }),
    [{ name: 'With an outcome', payload: { id: '{{raiseAlert.id}}', outcome: 'real', reason: 'Taken to hospital' } }],
  ),
  'alert:cancel': {
    ...step('Cancel an alert that needs nobody', STEP_SCHEMAS.cancel.safeExtend(ofAlert).meta({ id: 'CancelEvent' }), [
      { name: 'With a reason', payload: { id: '{{raiseAlert.id}}', reason: 'Pressed by a child' } },
      { name: 'Somebody was faster', payload: { id: '{{resolveAlert.id}}' }, code: 'ALERT_STATE' },
    ]),
    who: 'its reporter, with the PIN that was set, and dispatchers of its organisations',
    errors: [...STEP_ERRORS, 'PIN_REQUIRED', 'PIN_WRONG', 'TOO_MANY_REQUESTS'],
  },
};
