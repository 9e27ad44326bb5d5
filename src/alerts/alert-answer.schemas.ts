import { z } from 'zod';
import { describes } from '../api-docs/describes.js';
import {
  ALERT_KINDS,
  ALERT_SOURCES,
  ALERT_STATUSES,
  OUTCOMES,
  RESPONSE_STATUSES,
  type Actor,
  type Alert,
  type AlertEventType,
  type AlertLocation,
  type EscalationStand,
} from './alert.js';
import type { AlertMessage, ProvisionalView, ReporterView, ResponderView } from './alert-views.js';
import type { AlertHead, RaiseAnswer, StepAnswer } from './alerts.service.js';
import { reachSchema } from './reach-answer.schemas.js';
import { SEVERITIES } from './severity.js';

const id = z.uuid();
const time = z.iso.datetime();
const ids = z.array(id);
const count = z.int().min(0);
const seq = count.describe('Number of the last event in the log');
const reference = z.string().describe('Short name for people, such as NB-7K3F2');
const status = z.enum(ALERT_STATUSES);
const severity = z.enum(SEVERITIES);
const kind = z.enum(ALERT_KINDS);

/** Each type of event, in the order of an alert's life. */
export const EVENT_TYPES = [
  'alert.raised',
  'alert.repeated',
  'alert.updated',
  'alert.acknowledged',
  'alert.responded',
  'alert.escalated',
  'alert.resolved',
  'alert.reopened',
  'alert.cancelled',
  'alert.duress',
] as const satisfies readonly AlertEventType[];

const location = describes<AlertLocation>()(
  z
    .union([
      z.object({
        lat: z.number(),
        lng: z.number(),
        accuracyM: z.number().optional().describe('Radius in metres'),
        recordedAt: time.optional(),
      }),
      z.string(),
    ])
    .meta({ id: 'Location', description: 'A position (WGS 84), or what the reporter wrote' }),
);

const actor = describes<Actor>()(
  z
    .object({
      kind: z.enum(['reporter', 'responder', 'dispatcher', 'operator', 'machine', 'system']),
      id: z.string().optional(),
      name: z.string().optional(),
    })
    .meta({ id: 'Actor', description: 'Who did it' }),
);

const contact = z.object({ name: z.string().optional(), phone: z.string().optional().describe('E.164') });

const response = z
  .object({
    by: actor,
    status: z.enum(RESPONSE_STATUSES),
    at: time,
    etaAt: time.optional(),
    note: z.string().optional(),
  })
  .meta({ id: 'Response', description: 'What one responder does about an alert' });

const escalation = describes<EscalationStand>()(
  z
    .object({
      organisationId: id.nullable().describe('Null: with the operators'),
      level: count.describe('How many times it went on'),
      at: time,
      told: count.describe('People told at this level'),
      exhausted: z.literal(true).optional().describe('Nobody took notice at any level'),
    })
    .meta({ id: 'Escalation', description: 'How far an escalation has come' }),
);

const closing = z
  .object({
    by: actor,
    at: time,
    outcome: z.enum(OUTCOMES).optional(),
    duplicateOf: id.optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'Closing', description: 'How an alert ended' });

const progress = z
  .object({
    status,
    severity,
    acknowledgedAt: time.nullable(),
    coming: count,
    onScene: count,
    updatedAt: time,
    seq: count,
  })
  .meta({ id: 'Progress', description: 'How far an alert has come, as its reporter sees it' });

const duress = z
  .object({ at: time, seen: progress.describe('What they go on seeing, and whoever forces them') })
  .meta({ id: 'Duress', description: 'The reporter was forced to cancel' });

/** An alert as those see it who answer it. */
const alertSchema = describes<Alert>()(
  z
    .object({
      id,
      reference,
      status,
      severity,
      kind,
      location: location.nullable(),
      trail: z.array(location).describe('Earlier locations, oldest first'),
      message: z.string().nullable(),
      contact: contact.nullable(),
      test: z.boolean(),
      drill: z.literal(true).optional().describe('A test that calls people, to try out who is reached'),
      source: z.enum(ALERT_SOURCES),
      verified: z.boolean().describe('False when something speaks against the report'),
      areas: ids,
      organisations: ids,
      reporterId: z.string().nullable().describe('Account of the reporter'),
      repeatCount: count,
      openedAt: time,
      pressedAt: time.describe('Last press of the reporter'),
      updatedAt: time,
      seq,
      acknowledgements: z.array(z.object({ by: actor, at: time, note: z.string().optional() })),
      responses: z.array(response),
      escalations: z.array(escalation).describe('Where it has gone on because nobody took notice'),
      closing: closing.nullable(),
      duress: duress.nullable(),
      own: z
        .object({ location: location.nullable(), message: z.string().nullable() })
        .describe('What the reporter told with proof of being the reporter'),
    })
    .meta({ id: 'Alert', description: 'An alert as those see it who answer it' }),
);

const provisional = z.literal(true).optional().describe('Not in the log yet: `seq` is 0, and only presses add to it');

const reporterFields = {
  id,
  reference,
  status,
  severity,
  kind,
  location: location.nullable(),
  message: z.string().nullable(),
  test: z.boolean(),
  repeatCount: count,
  openedAt: time,
  updatedAt: time,
  seq,
};

/** An alert as its reporter sees it. */
const reporterAlertSchema = describes<ReporterView>()(
  z
    .object({
      ...reporterFields,
      acknowledgedAt: time.nullable(),
      coming: count.describe('Responders on their way'),
      onScene: count.describe('Responders who are there'),
    })
    .meta({ id: 'ReporterAlert', description: 'An alert as its reporter sees it' }),
);

/** The answer to a press. */
export const raisedSchema = describes<RaiseAnswer>()(
  z
    .object({
      ...reporterFields,
      stored: z.enum(['postgres', 'redis']).describe('`redis`: Postgres is away, and gets it when it returns'),
      durability: z.literal('append-only-file').optional().describe('Of what Redis stored'),
      provisional,
      realtime: z
        .enum(['live', 'delayed'])
        .describe('`delayed`: other nodes have it within seconds instead of at once'),
      receiptToken: z.string().describe('Shows that one is the reporter'),
      warnings: z.array(z.string()).describe('What could not be read'),
    })
    .meta({ id: 'RaisedAlert', description: 'The answer to a press' }),
);

/** An alert as whoever asks may see it. */
export const seenAlertSchema = describes<ResponderView | ReporterView>()(z.union([alertSchema, reporterAlertSchema]));

/** An alert that is not in the log yet, as whoever asks may see it. */
export const provisionalAlertSchema = describes<ProvisionalView>()(
  z.union([
    alertSchema.extend({ provisional: z.literal(true) }).meta({ id: 'ProvisionalAlert' }),
    reporterAlertSchema.extend({ provisional: z.literal(true) }).meta({ id: 'ProvisionalReporterAlert' }),
  ]),
);

const head = { id, reference, status, updatedAt: time, seq };
const headSchema = describes<AlertHead>()(
  z.object(head).meta({ id: 'AlertHead', description: 'An alert to somebody who does not see it (any more)' }),
);

/** The answer to a step in the life of an alert. */
export const stepAnswerSchema = describes<StepAnswer>()(z.union([alertSchema, reporterAlertSchema, headSchema]));

const warnings = z.array(z.string()).describe('What could not be read');
/** The answer to late facts. */
export const updateAnswerSchema = z.union([
  alertSchema.extend({ warnings }).meta({ id: 'UpdatedAlert' }),
  reporterAlertSchema.extend({ warnings }).meta({ id: 'UpdatedReporterAlert' }),
  headSchema.extend({ warnings }).meta({ id: 'UpdatedAlertHead' }),
]);

/** An alert that was asked for by its id: with its reach. */
export const readAlertSchema = z.union([
  alertSchema.extend({ reach: reachSchema, provisional }).meta({ id: 'AlertWithReach' }),
  reporterAlertSchema.extend({ reach: reachSchema, provisional }).meta({ id: 'ReporterAlertWithReach' }),
]);

/** What happened to an alert, and the alert after it. */
export const alertEventSchema = describes<AlertMessage<ResponderView | ReporterView>>()(
  z
    .object({
      seq: count,
      type: z.enum(EVENT_TYPES),
      at: time,
      alert: seenAlertSchema,
      actor,
      gone: z.literal(true).optional().describe('It took the alert out of what you see: drop it, as a closed one'),
    })
    .meta({ id: 'AlertEvent', description: 'What happened to an alert, and the alert after it' }),
);
