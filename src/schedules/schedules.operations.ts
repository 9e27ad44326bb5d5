import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { overrideSchema, overridesSchema, rosterSchema, shiftSchema, shiftsSchema } from './schedule-answer.schemas.js';
import { newOverrideSchema, newShiftSchema, onDutySchema } from './schedule.schemas.js';

const PATH = '/api/v1/organisations/:id';
const ID = { id: 'The `id` of the organisation' };
const WATCH = { params: { id: '{{createOrganisation.id}}' } } as const;
const AS_DISPATCHER = { bearer: '{{login.token}}', after: ['setMember'], ...WATCH } as const;
const TO_ANSWERING = { who: ['session', 'operator'], whom: 'its dispatchers; responders see their own' } as const;
const BY_DISPATCHERS = { who: ['session', 'operator'], whom: 'its dispatchers' } as const;
const FINDING = ['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const;
const ADDING = ['REQUEST_INVALID', 'LIMIT_REACHED', ...FINDING] as const;
const DONE = { 204: { about: 'Done.' } };

const FRIDAY_NIGHT = { userId: '{{login.user.id}}', weekday: 5, start: '18:00', end: '06:00' };
const ON_LEAVE = {
  userId: '{{login.user.id}}',
  onDuty: false,
  from: '2099-12-20T00:00:00+02:00',
  until: '2100-01-05T00:00:00+02:00',
};

const shifts: readonly Operation[] = [
  {
    id: 'listShifts',
    method: 'GET',
    path: `${PATH}/shifts`,
    summary: 'List the weekly shifts of an organisation',
    ...TO_ANSWERING,
    params: ID,
    answers: { 200: { about: 'All, in the order of the week.', json: shiftsSchema } },
    errors: FINDING,
    examples: [{ name: 'All', ...AS_DISPATCHER, after: ['setMember', 'addShift'], status: 200 }],
  },
  {
    id: 'addShift',
    method: 'POST',
    path: `${PATH}/shifts`,
    summary: 'Put a responder or dispatcher on duty at a time of every week',
    about: 'In the time zone of the organisation. A shift that does not end after its start ends on the next day.',
    ...BY_DISPATCHERS,
    params: ID,
    body: { 'application/json': newShiftSchema },
    answers: { 201: { about: 'The shift; at most 500 in an organisation.', json: shiftSchema } },
    errors: ADDING,
    examples: [
      { name: 'Friday night, everywhere', ...AS_DISPATCHER, json: FRIDAY_NIGHT, status: 201 },
      {
        name: 'One area',
        ...AS_DISPATCHER,
        json: { ...FRIDAY_NIGHT, areaId: '{{createArea.id}}', weekday: 7, start: '08:00', end: '12:30' },
        status: 201,
      },
      {
        name: 'No time of the day',
        ...AS_DISPATCHER,
        json: { ...FRIDAY_NIGHT, end: '24:00' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
  {
    id: 'removeShift',
    method: 'DELETE',
    path: `${PATH}/shifts/:shiftId`,
    summary: 'Remove a shift; a duty that it began ends',
    ...BY_DISPATCHERS,
    params: { ...ID, shiftId: 'The `id` of the shift' },
    answers: DONE,
    errors: FINDING,
    examples: [
      { name: 'A shift', ...AS_DISPATCHER, params: { ...WATCH.params, shiftId: '{{addShift.id}}' }, status: 204 },
    ],
  },
];

const overrides: readonly Operation[] = [
  {
    id: 'listShiftOverrides',
    method: 'GET',
    path: `${PATH}/shift-overrides`,
    summary: 'List the exceptions from shifts that are not over',
    ...TO_ANSWERING,
    params: ID,
    answers: { 200: { about: 'All, by their beginning.', json: overridesSchema } },
    errors: FINDING,
    examples: [{ name: 'All', ...AS_DISPATCHER, after: ['setMember', 'addShiftOverride'], status: 200 }],
  },
  {
    id: 'addShiftOverride',
    method: 'POST',
    path: `${PATH}/shift-overrides`,
    summary: 'Say that somebody is, or is not, on duty for once',
    about: 'It counts instead of shifts, and instead of exceptions that were made before. Who goes on duty by hand is.',
    ...BY_DISPATCHERS,
    params: ID,
    body: { 'application/json': newOverrideSchema },
    answers: { 201: { about: 'The exception; at most 500 that are not over.', json: overrideSchema } },
    errors: ADDING,
    examples: [
      { name: 'On leave', ...AS_DISPATCHER, json: ON_LEAVE, status: 201 },
      {
        name: 'Standing in',
        ...AS_DISPATCHER,
        json: { ...ON_LEAVE, areaId: '{{createArea.id}}', onDuty: true, until: '2099-12-20T06:00:00Z' },
        status: 201,
      },
      {
        name: 'Longer than a year',
        ...AS_DISPATCHER,
        json: { ...ON_LEAVE, until: '2102-01-01T00:00:00Z' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
  {
    id: 'removeShiftOverride',
    method: 'DELETE',
    path: `${PATH}/shift-overrides/:overrideId`,
    summary: 'Remove an exception; shifts count again',
    ...BY_DISPATCHERS,
    params: { ...ID, overrideId: 'The `id` of the exception' },
    answers: DONE,
    errors: FINDING,
    examples: [
      {
        name: 'An exception',
        ...AS_DISPATCHER,
        params: { ...WATCH.params, overrideId: '{{addShiftOverride.id}}' },
        status: 204,
      },
    ],
  },
];

const roster: Operation = {
  id: 'listOnDuty',
  method: 'GET',
  path: `${PATH}/on-duty`,
  summary: 'Tell who is on duty, now or at another time',
  about: 'At another time as far as shifts and exceptions say; who began by hand is on duty until they end it.',
  ...TO_ANSWERING,
  params: ID,
  query: onDutySchema,
  answers: { 200: { about: 'By name.', json: rosterSchema } },
  errors: ['REQUEST_INVALID', ...FINDING],
  examples: [{ name: 'Now', ...AS_DISPATCHER, after: ['setMember', 'beginDuty', 'addShift'], status: 200 }],
};

/** The routes of shifts. */
export const SCHEDULE_OPERATIONS: OperationGroup = {
  name: 'Shifts',
  about: 'Who is on duty every week, and exceptions from it.',
  operations: [...shifts, ...overrides, roster],
};
