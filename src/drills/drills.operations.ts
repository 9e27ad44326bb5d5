import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { drillReportSchema, drillSchema, drillsSchema, newDrillSchema } from './drill.schemas.js';

const PATH = '/api/v1/organisations/:id/drills';
const ID = { id: 'The `id` of the organisation' };
const WATCH = { params: { id: '{{createOrganisation.id}}' } } as const;
const AS_OPERATOR = { bearer: '{{operatorKey}}', ...WATCH } as const;
const BY_DISPATCHERS = { who: ['session', 'operator'], whom: 'its dispatchers' } as const;
const FINDING = ['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const;

const drills: readonly Operation[] = [
  {
    id: 'startDrill',
    method: 'POST',
    path: PATH,
    summary: 'Raise an alert to try out who is reached',
    about:
      'It takes the way of every other alert, escalations as well, and is marked as a test. It ends when its alert is resolved or cancelled.',
    ...BY_DISPATCHERS,
    params: ID,
    body: { 'application/json': newDrillSchema },
    answers: { 201: { about: 'The drill. `Location` says where its report is.', json: drillSchema } },
    errors: ['REQUEST_INVALID', 'DRILL_OPEN', ...FINDING],
    once: true,
    examples: [
      { name: 'Everywhere', ...AS_OPERATOR, json: { severity: 'critical' }, status: 201 },
      {
        name: 'While one is under way',
        ...AS_OPERATOR,
        after: ['startDrill'],
        json: {},
        status: 409,
        code: 'DRILL_OPEN',
      },
    ],
  },
  {
    id: 'listDrills',
    method: 'GET',
    path: PATH,
    summary: 'List the drills of an organisation',
    ...BY_DISPATCHERS,
    params: ID,
    answers: { 200: { about: 'The newest 50, the newest first.', json: drillsSchema } },
    errors: FINDING,
    examples: [{ name: 'All', bearer: '{{login.token}}', ...WATCH, after: ['setMember', 'startDrill'], status: 200 }],
  },
  {
    id: 'readDrill',
    method: 'GET',
    path: `${PATH}/:alertId`,
    summary: 'Tell whom a drill reached, by what, and how fast',
    about: 'Also who could not be told, and why. While the drill goes on, as far as it has come.',
    ...BY_DISPATCHERS,
    params: { ...ID, alertId: 'The `alertId` of the drill' },
    answers: { 200: { about: 'The report.', json: drillReportSchema } },
    errors: FINDING,
    examples: [
      {
        name: 'A drill under way',
        bearer: '{{login.token}}',
        after: ['setMember'],
        params: { ...WATCH.params, alertId: '{{startDrill.alertId}}' },
        status: 200,
      },
    ],
  },
];

/** The routes of drills. */
export const DRILL_OPERATIONS: OperationGroup = {
  name: 'Drills',
  about: 'Trying out who is reached.',
  operations: drills,
};
