import { z } from 'zod';
import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { ALERT_KINDS } from './alert.js';
import { raisedSchema, readAlertSchema, updateAnswerSchema } from './alert-answer.schemas.js';
import { alertPageSchema, eventPageSchema } from './alert-page.schemas.js';
import { ALERT_STEP_OPERATIONS } from './alert-steps.operations.js';
import { listSchema, raiseSchema, timelineSchema, updateSchema } from './alert.schemas.js';
import { SEVERITIES } from './severity.js';

const PATH = '/api/v1/emergency/alerts';
const AS_OPERATOR = { bearer: '{{operatorKey}}' } as const;
const AN_ALERT = { params: { id: '{{raiseAlert.id}}' } } as const;
const NO_ALERT = { params: { id: '01a20000-0000-7000-8000-000000000000' } } as const;
const ID = { id: 'The `id` of the alert' };

const word = z.string().optional();

/** The same as an HTML form sends it: flat, and each field a text. */
const raiseFormSchema = z
  .object({
    severity: z.enum(SEVERITIES).optional(),
    kind: z.enum(ALERT_KINDS).optional(),
    location: word.describe('An address or a landmark'),
    lat: word,
    lng: word,
    accuracyM: word,
    recordedAt: word,
    message: word,
    name: word,
    phone: word,
    test: z.enum(['true', 'false']).optional(),
    cancelPin: word,
    duressPin: word,
    receiptToken: word.describe('What other clients send as a bearer token'),
    idempotencyKey: word.describe('What other clients send as a header'),
  })
  .meta({ id: 'RaiseAlertForm' });

const raising: Operation = {
  id: 'raiseAlert',
  method: 'POST',
  path: PATH,
  summary: 'Raise an alert, or press once more',
  about:
    'Never refused for what is missing or wrong in it: a field that cannot be read is dropped and named in `warnings`. ' +
    'A further press of the same reporter within five minutes adds to the open alert and makes it more urgent.',
  who: ['anyone', 'receipt', 'session', 'apiKey', 'operator'],
  headers: {
    'Idempotency-Key': '16 to 255 characters that are hard to guess. The same key again gets the same alert.',
  },
  body: {
    'application/json': raiseSchema,
    'application/x-www-form-urlencoded': raiseFormSchema,
    'multipart/form-data': raiseFormSchema,
  },
  answers: {
    200: { about: 'One more press on an open alert, or a retry.', json: raisedSchema, types: ['text/html'] },
    201: { about: 'A new alert. `Location` says where.', json: raisedSchema, types: ['text/html'] },
  },
  errors: ['DATABASE_UNAVAILABLE'],
  examples: [
    {
      name: 'Somebody hurt, with a position',
      json: {
        severity: 'critical',
        kind: 'medical',
        location: { lat: -25.7479, lng: 28.2293, accuracyM: 12 },
        message: 'A man fell from the roof. He is breathing.',
      },
      status: 201,
    },
    { name: 'A press without a word', json: {}, status: 201 },
    {
      name: 'Once more, as the same reporter',
      bearer: '{{raiseAlert.receiptToken}}',
      json: { location: 'The back gate, Church Street' },
      status: 200,
    },
    {
      name: 'What cannot be read is named, not refused',
      json: { severity: 'very', location: { lat: -125, lng: 28.2 }, message: 'Smoke from the hall' },
      status: 201,
    },
    {
      name: 'With a key for retries',
      headers: { 'Idempotency-Key': '5a0c5b9e-press-{{random}}' },
      json: { kind: 'fire', message: 'Veld fire behind the school' },
      status: 201,
    },
    {
      name: 'Signed in',
      bearer: '{{login.token}}',
      json: { kind: 'crime', source: 'app', message: 'Somebody is in the yard' },
      status: 201,
    },
    {
      name: 'With PINs for cancelling, of which one says that somebody is forced to',
      as: 'raiseWithPins',
      json: { kind: 'crime', cancelPin: '2580', duressPin: '1379' },
      status: 201,
    },
    { name: 'From an HTML form', form: { kind: 'crime', lat: '-25.7', lng: '28.1', test: 'true' }, status: 201 },
    {
      name: 'No JSON at all',
      text: { type: 'application/json', content: '{"kind' },
      status: 400,
      code: 'BODY_UNREADABLE',
    },
  ],
};

const reading: readonly Operation[] = [
  {
    id: 'listAlerts',
    method: 'GET',
    path: PATH,
    summary: 'List alerts, newest first, each as you may see it',
    about:
      'Dispatchers see all of their organisation, responders those of their areas and a coarse view of the others, ' +
      'whoever else is signed in their own.',
    who: ['session', 'apiKey', 'operator'],
    query: listSchema,
    answers: { 200: { about: 'A page.', json: alertPageSchema } },
    errors: ['REQUEST_INVALID', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'The newest ones', ...AS_OPERATOR, query: { limit: '2' }, status: 200 },
      {
        name: 'Open and critical, of today',
        ...AS_OPERATOR,
        query: { status: 'open', severity: 'critical', since: '2026-01-31T00:00:00+02:00' },
        status: 200,
      },
      { name: 'As somebody who is signed in', bearer: '{{login.token}}', status: 200 },
      { name: 'As a program of an organisation', bearer: '{{createApiKey.key}}', status: 200 },
      {
        name: 'After the page before',
        ...AS_OPERATOR,
        query: { cursor: '{{raiseAlert.id}}', limit: '2' },
        status: 200,
      },
      { name: 'A limit too large', ...AS_OPERATOR, query: { limit: '5000' }, status: 400, code: 'REQUEST_INVALID' },
    ],
  },
  {
    id: 'readAlert',
    method: 'GET',
    path: `${PATH}/:id`,
    summary: 'Read an alert',
    about: 'Its reporter gets a reduced view, a responder who is not on duty there a coarse one.',
    who: ['receipt', 'session', 'apiKey', 'operator'],
    params: ID,
    answers: { 200: { about: 'The alert, and whom it reached.', json: readAlertSchema } },
    errors: ['ALERT_NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'As an operator', ...AS_OPERATOR, after: ['acknowledgeAlert'], ...AN_ALERT, status: 200 },
      { name: 'As its reporter', bearer: '{{raiseAlert.receiptToken}}', ...AN_ALERT, status: 200 },
      { name: 'None of this id', ...AS_OPERATOR, ...NO_ALERT, status: 404, code: 'ALERT_NOT_FOUND' },
    ],
  },
  {
    id: 'readTimeline',
    method: 'GET',
    path: `${PATH}/:id/events`,
    summary: 'Read what happened to an alert, in order',
    who: ['receipt', 'session', 'apiKey', 'operator'],
    params: ID,
    query: timelineSchema,
    answers: { 200: { about: 'A page.', json: eventPageSchema } },
    errors: ['REQUEST_INVALID', 'ALERT_NOT_FOUND', 'ALERT_PROVISIONAL', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'From the beginning', ...AS_OPERATOR, after: ['acknowledgeAlert'], ...AN_ALERT, status: 200 },
      {
        name: 'As its reporter',
        bearer: '{{raiseAlert.receiptToken}}',
        ...AN_ALERT,
        query: { limit: '10' },
        status: 200,
      },
    ],
  },
];

const updating: Operation = {
  id: 'updateAlert',
  method: 'PATCH',
  path: `${PATH}/:id`,
  summary: 'Add what is told late: send first, locate after',
  about: 'Read as leniently as a press. A location moves the alert to the areas that contain it.',
  who: ['receipt', 'session', 'operator'],
  whom: 'its reporter, and dispatchers of its organisations',
  params: ID,
  body: { 'application/json': updateSchema },
  answers: { 200: { about: 'The alert after it.', json: updateAnswerSchema } },
  errors: ['ALERT_NOT_FOUND', 'ALERT_PROVISIONAL', 'DATABASE_UNAVAILABLE'],
  examples: [
    {
      name: 'The position came late',
      bearer: '{{raiseAlert.receiptToken}}',
      ...AN_ALERT,
      json: { location: { lat: -25.7461, lng: 28.1881, accuracyM: 8 }, message: 'Behind the shop' },
      status: 200,
    },
    {
      name: 'By an operator',
      ...AS_OPERATOR,
      ...AN_ALERT,
      json: { message: 'Caller says: second floor' },
      status: 200,
    },
    { name: 'None of this id', ...AS_OPERATOR, ...NO_ALERT, json: {}, status: 404, code: 'ALERT_NOT_FOUND' },
  ],
};

/** The routes of alerts. */
export const ALERT_OPERATIONS: OperationGroup = {
  name: 'Alerts',
  about: 'Raising alerts, following them, and leading them through their life.',
  operations: [raising, ...reading, updating, ...ALERT_STEP_OPERATIONS],
};
