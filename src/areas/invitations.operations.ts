import type { Operation } from '../api-docs/operation.js';

const PATH = '/api/v1/auth/invitations/:organisationId';
const DONE = { 204: { about: 'Done.' } };
const ERRORS = ['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const;
const AS_INVITED = {
  alone: true,
  bearer: '{{loginInvited.token}}',
  after: ['invite'],
  params: { organisationId: '{{createOrganisation.id}}' },
} as const;

/** The routes of those who are asked to be in an organisation; `readMe` tells who asks. */
export const INVITATION_OPERATIONS: readonly Operation[] = [
  {
    id: 'acceptInvitation',
    method: 'POST',
    path: `${PATH}/accept`,
    summary: 'Join an organisation that asks for it',
    who: ['session'],
    params: { organisationId: 'Of `invitations` in `readMe`' },
    answers: DONE,
    errors: ERRORS,
    examples: [
      { name: 'Yes', ...AS_INVITED, status: 204 },
      {
        name: 'Nobody asks',
        bearer: '{{login.token}}',
        params: { organisationId: '01a20000-0000-7000-8000-000000000000' },
        status: 404,
        code: 'NOT_FOUND',
      },
    ],
  },
  {
    id: 'declineInvitation',
    method: 'DELETE',
    path: PATH,
    summary: 'Decline to join an organisation',
    who: ['session'],
    params: { organisationId: 'Of `invitations` in `readMe`' },
    answers: DONE,
    errors: ERRORS,
    examples: [{ name: 'No', ...AS_INVITED, status: 204 }],
  },
];
