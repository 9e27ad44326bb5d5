import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { setPolicySchema } from './escalation-policy.js';
import { alertEscalationSchema, heldPolicySchema } from './escalation.schemas.js';

const PATH = '/api/v1/organisations/:id/escalation';
const ID = { id: 'The `id` of the organisation' };
const WATCH = { params: { id: '{{createOrganisation.id}}' } } as const;
const AS_DISPATCHER = { bearer: '{{login.token}}', after: ['setMember'], ...WATCH } as const;
const BY_DISPATCHERS = { who: ['session', 'operator'], whom: 'its dispatchers' } as const;
const FINDING = ['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const;

const DUTY_THEN_THANDI = {
  steps: [
    { targets: [{ kind: 'on_duty' }], delaySeconds: 45 },
    { targets: [{ kind: 'role', role: 'responder' }], channels: ['push', 'sms'], delaySeconds: 90 },
    { targets: [{ kind: 'person', userId: '{{login.user.id}}' }], channels: ['sms'], delaySeconds: 120 },
  ],
  repeat: 1,
  unreachedSeconds: 20,
};

const policies: readonly Operation[] = [
  {
    id: 'readEscalationPolicy',
    method: 'GET',
    path: PATH,
    summary: 'How an organisation calls its people',
    ...BY_DISPATCHERS,
    params: ID,
    answers: { 200: { about: 'Its own policy, or the one that it has by default.', json: heldPolicySchema } },
    errors: FINDING,
    examples: [{ name: 'The policy', ...AS_DISPATCHER, status: 200 }],
  },
  {
    id: 'setEscalationPolicy',
    method: 'PUT',
    path: PATH,
    summary: 'Set how an organisation calls its people',
    about:
      'The first step happens when an alert is raised, each further one when nobody has acknowledged it in time. Holds ' +
      'at once: alerts that are open go on with the first step of the new one.',
    ...BY_DISPATCHERS,
    params: ID,
    body: { 'application/json': setPolicySchema },
    answers: { 200: { about: 'The policy after it.', json: heldPolicySchema } },
    errors: ['REQUEST_INVALID', ...FINDING],
    examples: [
      { name: 'Who is on duty, then all, then one person', ...AS_DISPATCHER, json: DUTY_THEN_THANDI, status: 200 },
      {
        name: 'Somebody who is no member',
        ...AS_DISPATCHER,
        json: {
          steps: [{ targets: [{ kind: 'person', userId: '018f3c1e-7b8a-7000-8000-000000000000' }], delaySeconds: 60 }],
        },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
  {
    id: 'removeEscalationPolicy',
    method: 'DELETE',
    path: PATH,
    summary: 'Go back to the default policy',
    ...BY_DISPATCHERS,
    params: ID,
    answers: { 204: { about: 'Done.' } },
    errors: FINDING,
    examples: [{ name: 'The default', ...AS_DISPATCHER, status: 204 }],
  },
];

const ofAlert: Operation = {
  id: 'readAlertEscalation',
  method: 'GET',
  path: '/api/v1/emergency/alerts/:id/escalation',
  summary: 'Who has been called about an alert, and what is next',
  about: 'The people by name, each message to them, and which steps were passed over because they reach nobody.',
  who: ['session', 'operator'],
  whom: 'dispatchers of its organisations',
  params: { id: 'The `id` of the alert' },
  answers: { 200: { about: 'How far it has come.', json: alertEscalationSchema } },
  errors: ['ALERT_NOT_FOUND', 'DATABASE_UNAVAILABLE'],
  examples: [
    { name: 'An alert', bearer: '{{operatorKey}}', params: { id: '{{raiseAlert.id}}' }, status: 200 },
    {
      name: 'Its reporter',
      bearer: '{{raiseAlert.receiptToken}}',
      params: { id: '{{raiseAlert.id}}' },
      status: 403,
      code: 'FORBIDDEN',
    },
  ],
};

/** The routes of escalation. */
export const ESCALATION_OPERATIONS: OperationGroup = {
  name: 'Escalation',
  about: 'How an organisation calls people who are not looking, and whom it called.',
  operations: [...policies, ofAlert],
};
