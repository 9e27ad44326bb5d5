import type { Operation, OperationGroup } from '../api-docs/operation.js';
import {
  addMemberSchema,
  changeOrganisationSchema,
  createOrganisationSchema,
  setRoleSchema,
} from './directory.schemas.js';
import { INVITATION_OPERATIONS } from './invitations.operations.js';
import {
  invitedSchema,
  memberSchema,
  membersSchema,
  organisationSchema,
  organisationsSchema,
} from './directory-answer.schemas.js';

const PATH = '/api/v1/organisations';
const AS_OPERATOR = { bearer: '{{operatorKey}}' } as const;
const ID = { id: 'The `id` of the organisation' };
const MEMBER = { ...ID, userId: 'The `id` of the account' };
const WATCH = { id: '{{createOrganisation.id}}' };
const THANDI = { ...WATCH, userId: '{{login.user.id}}' };
const BY_DISPATCHERS = { who: ['session', 'operator'], whom: 'its dispatchers' } as const;
const CHANGE = ['REQUEST_INVALID', 'NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const;

const organisations: readonly Operation[] = [
  {
    id: 'listOrganisations',
    method: 'GET',
    path: PATH,
    summary: 'List own organisations; operators see all',
    who: ['session', 'operator'],
    answers: { 200: { about: 'All that you are in.', json: organisationsSchema } },
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [
      { name: 'All', ...AS_OPERATOR, after: ['createOrganisation'], status: 200 },
      { name: 'Own ones', bearer: '{{login.token}}', after: ['setMember'], status: 200 },
    ],
  },
  {
    id: 'createOrganisation',
    method: 'POST',
    path: PATH,
    summary: 'Make an organisation',
    who: ['operator'],
    body: { 'application/json': createOrganisationSchema },
    answers: { 201: { about: 'The organisation. `Location` says where.', json: organisationSchema } },
    errors: ['REQUEST_INVALID', 'NAME_TAKEN', 'DATABASE_UNAVAILABLE'],
    once: true,
    examples: [
      { name: 'A neighbourhood watch', ...AS_OPERATOR, json: { name: 'Sunnyside Watch {{random}}' }, status: 201 },
      {
        name: 'A name that is taken',
        ...AS_OPERATOR,
        json: { name: '{{createOrganisation.name}}' },
        status: 409,
        code: 'NAME_TAKEN',
      },
    ],
  },
  {
    id: 'changeOrganisation',
    method: 'PATCH',
    path: `${PATH}/:id`,
    summary: 'Rename an organisation, make it the catch-all, or set its time zone',
    who: ['operator'],
    params: ID,
    body: { 'application/json': changeOrganisationSchema },
    answers: { 200: { about: 'The organisation after it.', json: organisationSchema } },
    errors: ['NAME_TAKEN', ...CHANGE],
    examples: [
      { name: 'The catch-all', ...AS_OPERATOR, params: WATCH, json: { catchAll: true }, status: 200 },
      {
        name: 'A time zone that there is not',
        ...AS_OPERATOR,
        params: WATCH,
        json: { timeZone: '+02:00' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
];

const members: readonly Operation[] = [
  {
    id: 'listMembers',
    method: 'GET',
    path: `${PATH}/:id/members`,
    summary: 'List the members of an organisation',
    ...BY_DISPATCHERS,
    params: ID,
    answers: { 200: { about: 'All, with their roles and duties.', json: membersSchema } },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'All', bearer: '{{login.token}}', after: ['setMember'], params: WATCH, status: 200 }],
  },
  {
    id: 'addMember',
    method: 'POST',
    path: `${PATH}/:id/members`,
    summary: 'Invite or add somebody by e-mail or phone',
    about: 'Dispatchers invite; what they are told does not depend on who has the login. Operators add at once.',
    ...BY_DISPATCHERS,
    params: ID,
    body: { 'application/json': addMemberSchema },
    answers: {
      200: { about: 'They were a member; this is their role now.', json: memberSchema },
      201: { about: 'A new member.', json: memberSchema },
      202: { about: 'To dispatchers: whoever has this login is asked.', json: invitedSchema },
    },
    errors: [...CHANGE, 'TOO_MANY_REQUESTS'],
    examples: [
      {
        name: 'A responder',
        alone: true,
        ...AS_OPERATOR,
        params: WATCH,
        json: { login: '{{login.user.email}}', role: 'responder' },
        status: 201,
      },
      {
        name: 'An invitation',
        as: 'invite',
        alone: true,
        bearer: '{{login.token}}',
        after: ['setMember'],
        params: WATCH,
        json: { login: '{{loginInvited.user.email}}', role: 'responder' },
        status: 202,
      },
      {
        name: 'Nobody has this login',
        ...AS_OPERATOR,
        params: WATCH,
        json: { login: 'nobody@example.org', role: 'responder' },
        status: 404,
        code: 'NOT_FOUND',
      },
    ],
  },
  {
    id: 'setMember',
    method: 'PUT',
    path: `${PATH}/:id/members/:userId`,
    summary: 'Give a member a role; operators make one of anybody',
    ...BY_DISPATCHERS,
    params: MEMBER,
    body: { 'application/json': setRoleSchema },
    answers: { 200: { about: 'The member after it.', json: memberSchema } },
    errors: CHANGE,
    examples: [{ name: 'A dispatcher', ...AS_OPERATOR, params: THANDI, json: { role: 'dispatcher' }, status: 200 }],
  },
  {
    id: 'removeMember',
    method: 'DELETE',
    path: `${PATH}/:id/members/:userId`,
    summary: 'Remove somebody, or leave; their duties there end',
    who: ['session', 'operator'],
    whom: 'its dispatchers; members themselves',
    params: MEMBER,
    answers: { 204: { about: 'Done.' } },
    errors: ['NOT_FOUND', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'A member', alone: true, after: ['setMember'], ...AS_OPERATOR, params: THANDI, status: 204 }],
  },
];

/** The routes of organisations and their members. */
export const ORGANISATION_OPERATIONS: OperationGroup = {
  name: 'Organisations',
  about: 'Who answers alerts, and as what.',
  operations: [...organisations, ...members, ...INVITATION_OPERATIONS],
};
