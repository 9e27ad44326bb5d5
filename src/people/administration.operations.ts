import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { apiKeySchema, operatorSchema, usersSchema } from './account.schemas.js';
import { apiKeysSchema, newApiKeySchema, userPageSchema } from './account-answer.schemas.js';

const AS_OPERATOR = { bearer: '{{operatorKey}}' } as const;
const DONE = { 204: { about: 'Done.' } };
const USER = { id: 'The `id` of the account' };
const THANDI = { params: { id: '{{login.user.id}}' } } as const;
const NOBODY = { params: { id: '01a20000-0000-7000-8000-000000000000' } } as const;

const keys: readonly Operation[] = [
  {
    id: 'listApiKeys',
    method: 'GET',
    path: '/api/v1/organisations/:id/api-keys',
    summary: 'List the API keys of an organisation',
    who: ['session', 'operator'],
    whom: 'its dispatchers',
    params: { id: 'The `id` of the organisation' },
    answers: { 200: { about: 'All that are not revoked.', json: apiKeysSchema } },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [
      {
        name: 'All',
        ...AS_OPERATOR,
        after: ['createApiKey'],
        params: { id: '{{createOrganisation.id}}' },
        status: 200,
      },
    ],
  },
  {
    id: 'createApiKey',
    method: 'POST',
    path: '/api/v1/organisations/:id/api-keys',
    summary: 'Make an API key for a program',
    who: ['session', 'operator'],
    whom: 'dispatchers of the organisation',
    params: { id: 'The `id` of the organisation' },
    body: { 'application/json': apiKeySchema },
    answers: { 201: { about: 'The key, which is told this once.', json: newApiKeySchema } },
    errors: ['REQUEST_INVALID', 'NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [
      {
        name: 'For a control room',
        ...AS_OPERATOR,
        params: { id: '{{createOrganisation.id}}' },
        json: { name: 'Control room', scopes: ['alerts:raise', 'alerts:read', 'alerts:answer'] },
        status: 201,
      },
    ],
  },
  {
    id: 'revokeApiKey',
    method: 'DELETE',
    path: '/api/v1/api-keys/:id',
    summary: 'Revoke an API key',
    who: ['session', 'operator'],
    whom: 'dispatchers of its organisation',
    params: { id: 'The `id` of the key' },
    answers: DONE,
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'A key', ...AS_OPERATOR, params: { id: '{{createApiKey.id}}' }, status: 204 },
      { name: 'None of this id', ...AS_OPERATOR, ...NOBODY, status: 404, code: 'NOT_FOUND' },
    ],
  },
];

const users: readonly Operation[] = [
  {
    id: 'listUsers',
    method: 'GET',
    path: '/api/v1/users',
    summary: 'Find accounts by name, e-mail or phone',
    who: ['operator'],
    query: usersSchema,
    answers: { 200: { about: 'A page.', json: userPageSchema } },
    errors: ['REQUEST_INVALID', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'By name', ...AS_OPERATOR, after: ['login'], query: { query: 'thandi' }, status: 200 }],
  },
  {
    id: 'disableUser',
    method: 'POST',
    path: '/api/v1/users/:id/disable',
    summary: 'Disable an account; its sessions end',
    who: ['operator'],
    params: USER,
    answers: DONE,
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'An account', alone: true, ...AS_OPERATOR, ...THANDI, status: 204 },
      { name: 'None of this id', ...AS_OPERATOR, ...NOBODY, status: 404, code: 'NOT_FOUND' },
    ],
  },
  {
    id: 'enableUser',
    method: 'POST',
    path: '/api/v1/users/:id/enable',
    summary: 'Enable an account again',
    who: ['operator'],
    params: USER,
    answers: DONE,
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'An account', alone: true, after: ['disableUser'], ...AS_OPERATOR, ...THANDI, status: 204 }],
  },
  {
    id: 'setOperator',
    method: 'PUT',
    path: '/api/v1/users/:id/operator',
    summary: 'Say whether somebody runs the deployment',
    who: ['operator'],
    params: USER,
    body: { 'application/json': operatorSchema },
    answers: DONE,
    errors: ['REQUEST_INVALID', 'NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'They do', alone: true, ...AS_OPERATOR, ...THANDI, json: { operator: true }, status: 204 }],
  },
];

/** The routes of API keys and of accounts in the hands of operators. */
export const ADMINISTRATION_OPERATIONS: OperationGroup = {
  name: 'Keys and users',
  about: 'API keys of organisations, and accounts in the hands of operators.',
  operations: [...keys, ...users],
};
