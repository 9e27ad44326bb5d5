import type { z } from 'zod';
import type { Example, Operation } from '../api-docs/operation.js';
import { stepAnswerSchema } from './alert-answer.schemas.js';
import { STEP_SCHEMAS, type StepType } from './alert-steps.js';

const AS_OPERATOR = { bearer: '{{operatorKey}}', params: { id: '{{raiseAlert.id}}' } } as const;
const RESPONDERS = 'who answers for the area or the organisation of the alert';

interface StepDescription {
  readonly summary: string;
  readonly about?: string;
  readonly whom: string;
  readonly who?: Operation['who'];
  readonly errors?: Operation['errors'];
  readonly examples: readonly [Example, ...Example[]];
}

/** What each step in the life of an alert is for. */
const STEPS: Readonly<Record<StepType, StepDescription>> = {
  acknowledge: {
    summary: 'Say that you look after it',
    about: 'Several may; the first is the first of `acknowledgements`. Taken twice it is the same.',
    whom: RESPONDERS,
    examples: [
      { name: 'With a note', ...AS_OPERATOR, json: { note: 'Two medics, ten minutes' }, status: 200 },
      { name: 'Without a body', ...AS_OPERATOR, status: 200 },
      {
        name: 'None of this id',
        ...AS_OPERATOR,
        params: { id: '01a20000-0000-7000-8000-000000000000' },
        status: 404,
        code: 'ALERT_NOT_FOUND',
      },
      { name: 'A note that is none', ...AS_OPERATOR, json: { note: 7 }, status: 400, code: 'REQUEST_INVALID' },
    ],
  },
  respond: {
    summary: 'Say that you are on your way, there, or not coming after all',
    whom: RESPONDERS,
    examples: [
      { name: 'On the way', ...AS_OPERATOR, json: { status: 'en_route', etaMinutes: 8 }, status: 200 },
      { name: 'There', ...AS_OPERATOR, json: { status: 'on_scene' }, status: 200 },
    ],
  },
  resolve: {
    summary: 'Close an alert that is dealt with',
    whom: RESPONDERS,
    examples: [
      { name: 'With an outcome', ...AS_OPERATOR, json: { outcome: 'real', reason: 'Taken to hospital' }, status: 200 },
      {
        name: 'The same as another one',
        bearer: '{{operatorKey}}',
        params: { id: '{{raiseAlert.id}}' },
        json: { outcome: 'duplicate', duplicateOf: '01a20000-0000-7000-8000-000000000000' },
        status: 200,
      },
    ],
  },
  reopen: {
    summary: 'Open an alert again that was closed too early',
    who: ['session', 'operator'],
    whom: 'dispatchers of its organisations',
    examples: [
      {
        name: 'With a reason',
        bearer: '{{operatorKey}}',
        params: { id: '{{resolveAlert.id}}' },
        json: { reason: 'They came back' },
        status: 200,
      },
    ],
  },
  cancel: {
    summary: 'Cancel an alert that needs nobody',
    about:
      'Its reporter gives the PIN that was set. The duress PIN is answered in the same way, and tells responders that ' +
      'the reporter was forced.',
    who: ['receipt', 'session', 'operator'],
    whom: 'its reporter, and dispatchers of its organisations',
    errors: ['PIN_REQUIRED', 'PIN_WRONG', 'TOO_MANY_REQUESTS'],
    examples: [
      {
        name: 'By its reporter',
        bearer: '{{raiseAlert.receiptToken}}',
        params: { id: '{{raiseAlert.id}}' },
        json: { reason: 'Pressed by mistake' },
        status: 200,
      },
      {
        name: 'By an operator',
        bearer: '{{operatorKey}}',
        params: { id: '{{raiseAlert.id}}' },
        json: { reason: 'Pressed by a child' },
        status: 200,
      },
      {
        name: 'Without the PIN that was set',
        bearer: '{{raiseWithPins.receiptToken}}',
        params: { id: '{{raiseWithPins.id}}' },
        status: 403,
        code: 'PIN_REQUIRED',
      },
      {
        name: 'Somebody was faster',
        bearer: '{{operatorKey}}',
        params: { id: '{{resolveAlert.id}}' },
        status: 409,
        code: 'ALERT_STATE',
      },
    ],
  },
};

function operationOf(type: StepType, { summary, about, who, whom, errors = [], examples }: StepDescription): Operation {
  const schema: z.ZodType = STEP_SCHEMAS[type];
  return {
    id: type === 'respond' ? 'respondToAlert' : `${type}Alert`,
    method: 'POST',
    path: `/api/v1/emergency/alerts/:id/${type}`,
    summary,
    ...(about ? { about } : {}),
    who: who ?? ['session', 'apiKey', 'operator'],
    whom,
    params: { id: 'The `id` of the alert' },
    body: { 'application/json': schema },
    answers: { 200: { about: 'The alert after it.', json: stepAnswerSchema } },
    errors: [
      'REQUEST_INVALID',
      'ALERT_NOT_FOUND',
      'ALERT_STATE',
      ...errors,
      'ALERT_PROVISIONAL',
      'DATABASE_UNAVAILABLE',
    ],
    examples,
  };
}

/** The routes of the steps in the life of an alert. */
export const ALERT_STEP_OPERATIONS: readonly Operation[] = (Object.entries(STEPS) as [StepType, StepDescription][]).map(
  ([type, description]) => operationOf(type, description),
);
