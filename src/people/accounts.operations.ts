import { z } from 'zod';
import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { changePasswordSchema, homeAreasSchema, loginSchema, pinsSchema, registerSchema } from './account.schemas.js';
import { meSchema, sessionsSchema, signedInSchema } from './account-answer.schemas.js';

const PATH = '/api/v1/auth';
const SIGNED_IN = { bearer: '{{login.token}}' } as const;
const PASSWORD = 'correct horse battery';
const DONE = { 204: { about: 'Done.' } };
const ASKS_PASSWORD = ['REQUEST_INVALID', 'CREDENTIALS_WRONG', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'] as const;

const signing: readonly Operation[] = [
  {
    id: 'register',
    method: 'POST',
    path: `${PATH}/register`,
    summary: 'Make an account, by e-mail or phone',
    about: 'The answer is the same for a login that is taken: who is in danger must not be found by it.',
    who: ['anyone'],
    body: { 'application/json': registerSchema },
    answers: { 201: { about: 'Sign in now.', json: z.object({ registered: z.literal(true) }) } },
    errors: ['REQUEST_INVALID', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'],
    once: true,
    examples: [
      {
        name: 'By e-mail',
        json: { name: 'Thandi Nkosi', email: 'thandi.{{random}}@example.org', password: PASSWORD },
        status: 201,
      },
      {
        name: 'Somebody else',
        as: 'registerInvited',
        json: { name: 'Sipho Dube', email: 'sipho.{{random}}@example.org', password: PASSWORD },
        status: 201,
      },
      {
        name: 'A password that is too short',
        json: { name: 'Thandi Nkosi', phone: '082 123 4567', password: 'short' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
  {
    id: 'login',
    method: 'POST',
    path: `${PATH}/login`,
    summary: 'Sign in',
    about: 'Pages get a cookie as well. A session that is sent along ends.',
    who: ['anyone'],
    body: { 'application/json': loginSchema },
    answers: { 200: { about: 'The token of a new session.', json: signedInSchema } },
    errors: ['REQUEST_INVALID', 'CREDENTIALS_WRONG', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'],
    once: true,
    examples: [
      {
        name: 'By e-mail',
        after: ['register'],
        json: { login: 'thandi.{{random}}@example.org', password: PASSWORD },
        status: 200,
      },
      {
        name: 'Somebody else',
        as: 'loginInvited',
        alone: true,
        after: ['registerInvited'],
        json: { login: 'sipho.{{random}}@example.org', password: PASSWORD },
        status: 200,
      },
      {
        name: 'A wrong password',
        json: { login: 'nobody@example.org', password: 'a guess' },
        status: 401,
        code: 'CREDENTIALS_WRONG',
      },
    ],
  },
  {
    id: 'logout',
    method: 'POST',
    path: `${PATH}/logout`,
    summary: 'Sign out',
    who: ['anyone', 'session'],
    answers: { 204: { about: 'This session has ended, if there was one.' } },
    errors: ['CSRF_REFUSED', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'With the token', alone: true, ...SIGNED_IN, status: 204 }],
  },
  {
    id: 'readMe',
    method: 'GET',
    path: `${PATH}/me`,
    summary: 'Who am I?',
    who: ['session'],
    answers: { 200: { about: 'The account and this session.', json: meSchema } },
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'With the token', ...SIGNED_IN, status: 200 },
      { name: 'The operator key is nobody', bearer: '{{operatorKey}}', status: 403, code: 'FORBIDDEN' },
    ],
  },
];

const own: readonly Operation[] = [
  {
    id: 'changePassword',
    method: 'POST',
    path: `${PATH}/password`,
    summary: 'Change the own password; all other sessions end',
    who: ['session'],
    body: { 'application/json': changePasswordSchema },
    answers: DONE,
    errors: ASKS_PASSWORD,
    examples: [
      {
        name: 'To a longer one',
        alone: true,
        ...SIGNED_IN,
        json: { current: PASSWORD, password: 'battery staple correct horse' },
        status: 204,
      },
      {
        name: 'Not knowing the present one',
        ...SIGNED_IN,
        json: { current: 'a guess', password: 'battery staple correct horse' },
        status: 401,
        code: 'CREDENTIALS_WRONG',
      },
    ],
  },
  {
    id: 'setPins',
    method: 'PUT',
    path: `${PATH}/pins`,
    summary: 'Set the PINs for cancelling own alerts',
    about: 'The duress PIN cancels to whoever looks on, and tells responders that one was forced.',
    who: ['session'],
    body: { 'application/json': pinsSchema },
    answers: DONE,
    errors: ASKS_PASSWORD,
    examples: [
      {
        name: 'Both',
        alone: true,
        ...SIGNED_IN,
        json: { password: PASSWORD, cancelPin: '2580', duressPin: '1379' },
        status: 204,
      },
      {
        name: 'Twice the same',
        ...SIGNED_IN,
        json: { password: PASSWORD, cancelPin: '2580', duressPin: '2580' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
  {
    id: 'setHomeAreas',
    method: 'PUT',
    path: `${PATH}/home-areas`,
    summary: 'Say where own alerts belong while nobody knows where one is',
    about: 'Areas of own organisations; all others are as if they were not there.',
    who: ['session'],
    body: { 'application/json': homeAreasSchema },
    answers: DONE,
    errors: ['REQUEST_INVALID', 'NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [
      {
        name: 'One area',
        after: ['setMember'],
        ...SIGNED_IN,
        json: { areas: ['{{createArea.id}}'] },
        status: 204,
      },
      {
        name: 'An area of others',
        ...SIGNED_IN,
        json: { areas: ['01a20000-0000-7000-8000-000000000000'] },
        status: 404,
        code: 'NOT_FOUND',
      },
    ],
  },
  {
    id: 'listSessions',
    method: 'GET',
    path: `${PATH}/sessions`,
    summary: 'List own sessions',
    who: ['session'],
    answers: { 200: { about: 'All that have not ended.', json: sessionsSchema } },
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [{ name: 'All', ...SIGNED_IN, status: 200 }],
  },
  {
    id: 'endSession',
    method: 'DELETE',
    path: `${PATH}/sessions/:id`,
    summary: 'End an own session; its sockets are disconnected',
    who: ['session'],
    params: { id: 'The `id` of the session' },
    answers: DONE,
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'A lost phone', alone: true, ...SIGNED_IN, params: { id: '{{readMe.session.id}}' }, status: 204 },
      {
        name: 'None of this id',
        ...SIGNED_IN,
        params: { id: '01a20000-0000-7000-8000-000000000000' },
        status: 404,
        code: 'NOT_FOUND',
      },
    ],
  },
];

/** The routes of accounts and sessions. */
export const ACCOUNT_OPERATIONS: OperationGroup = {
  name: 'Accounts',
  about: 'Signing in, and what people do with their own accounts.',
  operations: [...signing, ...own],
};
