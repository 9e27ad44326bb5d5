import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { droppedSchema, letterPageSchema, lettersSchema, replayedSchema, whichSchema } from './dead-letters.schemas.js';

const AS_OPERATOR = { bearer: '{{operatorKey}}' } as const;
const NONE = ['01a20000-0000-7000-8000-000000000000'];

const operations: readonly Operation[] = [
  {
    id: 'listDeadLetters',
    method: 'GET',
    path: '/api/v1/dead-letters',
    summary: 'List what was given up, the latest first',
    who: ['operator'],
    query: lettersSchema,
    answers: { 200: { about: 'A page.', json: letterPageSchema } },
    errors: ['REQUEST_INVALID', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'Jobs', ...AS_OPERATOR, query: { kind: 'job', limit: '10' }, status: 200 },
      { name: 'No cursor', ...AS_OPERATOR, query: { cursor: 'x' }, status: 400, code: 'REQUEST_INVALID' },
    ],
  },
  {
    id: 'replayDeadLetters',
    method: 'POST',
    path: '/api/v1/dead-letters/replay',
    summary: 'Try again what was given up',
    about:
      'Deliveries get all their attempts again, jobs are added to their queues once. What is not dead is passed over.',
    who: ['operator'],
    body: { 'application/json': whichSchema },
    answers: { 200: { about: 'How many; workers take them within two seconds.', json: replayedSchema } },
    errors: ['REQUEST_INVALID', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'All', ...AS_OPERATOR, json: { all: true }, status: 200 },
      { name: 'One', ...AS_OPERATOR, json: { ids: NONE }, status: 200 },
      { name: 'Neither', ...AS_OPERATOR, json: {}, status: 400, code: 'REQUEST_INVALID' },
    ],
  },
  {
    id: 'dropDeadLetters',
    method: 'POST',
    path: '/api/v1/dead-letters/drop',
    summary: 'Give up for good',
    who: ['operator'],
    body: { 'application/json': whichSchema },
    answers: { 200: { about: 'How many.', json: droppedSchema } },
    errors: ['REQUEST_INVALID', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'One', ...AS_OPERATOR, json: { ids: NONE }, status: 200 }],
  },
];

/** The routes of what was given up. */
export const DEAD_LETTER_OPERATIONS: OperationGroup = {
  name: 'Dead letters',
  about: 'Deliveries and jobs that were given up, for operators.',
  operations,
};
