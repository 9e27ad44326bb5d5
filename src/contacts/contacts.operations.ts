import { z } from 'zod';
import type { Operation, OperationGroup } from '../api-docs/operation.js';
import {
  addContactSchema,
  contactSchema,
  contactsSchema,
  newlyAddedSchema,
  orderContactsSchema,
  verifyContactSchema,
} from './contact.schemas.js';

const PATH = '/api/v1/auth/me/contacts';
const SIGNED_IN = { bearer: '{{login.token}}' } as const;
const ID = { id: 'The `id` of the contact' };
const OWN = { params: { id: '{{addContact.id}}' } } as const;
const NOBODYS = { params: { id: '01a20000-0000-7000-8000-000000000000' } } as const;
const DONE = { 204: { about: 'Done.' } };
const SENT = z.object({ deliveryId: z.uuid().describe('As in the list of own notifications') }).meta({ id: 'Sending' });
const FINDING = ['NOT_FOUND', 'DATABASE_UNAVAILABLE'] as const;
const SENDING = ['NOT_FOUND', 'CHANNEL_OFF', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'] as const;
/** What a test sends instead of the code that comes by e-mail. */
export const EXAMPLE_CODE = '482913';

const contacts: readonly Operation[] = [
  {
    id: 'listContacts',
    method: 'GET',
    path: PATH,
    summary: 'How am I reached?',
    who: ['session'],
    answers: { 200: { about: 'Own contacts, the first to be tried first.', json: contactsSchema } },
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [{ name: 'All', after: ['addContact'], ...SIGNED_IN, status: 200 }],
  },
  {
    id: 'addContact',
    method: 'POST',
    path: PATH,
    summary: 'Add a way to be reached',
    about:
      'At most 20. It is used for alerts when it is verified: by a code, or a push subscription by its first test ' +
      'message. A webhook gets a `secret` of its own, which is told once: to have another one, remove the webhook and ' +
      'add it again. Whether others have the same address makes no difference and is not told.',
    who: ['session'],
    body: { 'application/json': addContactSchema },
    answers: {
      201: { about: 'The contact, behind all others; with the `secret` of a webhook.', json: newlyAddedSchema },
      200: { about: 'It was there already.', json: contactSchema },
    },
    errors: ['REQUEST_INVALID', 'ADDRESS_REFUSED', 'CONTACT_LIMIT', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'],
    once: true,
    examples: [
      {
        name: 'E-mail',
        ...SIGNED_IN,
        json: { channel: 'email', address: 'thandi.{{random}}@example.org', label: 'Work' },
        status: 201,
      },
      {
        name: 'A phone',
        alone: true,
        ...SIGNED_IN,
        json: { channel: 'sms', address: '082 123 4567' },
        status: 201,
      },
      {
        name: 'A webhook',
        alone: true,
        ...SIGNED_IN,
        json: { channel: 'webhook', address: 'https://8.8.8.8/alerts' },
        status: 201,
      },
      {
        name: 'An address inside of our own network',
        ...SIGNED_IN,
        json: { channel: 'webhook', address: 'https://169.254.169.254/latest' },
        status: 400,
        code: 'ADDRESS_REFUSED',
      },
      {
        name: 'A phone in a country that this deployment does not text',
        ...SIGNED_IN,
        json: { channel: 'sms', address: '+44 20 7946 0000' },
        status: 400,
        code: 'ADDRESS_REFUSED',
      },
      {
        name: 'No phone number',
        ...SIGNED_IN,
        json: { channel: 'sms', address: 'call me' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
  {
    id: 'addOwnContacts',
    method: 'POST',
    path: `${PATH}/own`,
    summary: 'Add the phone and the e-mail address of the account',
    who: ['session'],
    answers: { 200: { about: 'All own contacts.', json: contactsSchema } },
    errors: ['CONTACT_LIMIT', 'DATABASE_UNAVAILABLE'],
    examples: [{ name: 'Both', alone: true, ...SIGNED_IN, status: 200 }],
  },
  {
    id: 'orderContacts',
    method: 'PUT',
    path: `${PATH}/order`,
    summary: 'Say which contacts are tried first',
    who: ['session'],
    body: { 'application/json': orderContactsSchema },
    answers: DONE,
    errors: ['REQUEST_INVALID', ...FINDING],
    examples: [
      { name: 'One before the others', ...SIGNED_IN, json: { ids: ['{{addContact.id}}'] }, status: 204 },
      {
        name: 'A contact of somebody else',
        ...SIGNED_IN,
        json: { ids: [NOBODYS.params.id] },
        status: 404,
        code: 'NOT_FOUND',
      },
    ],
  },
  {
    id: 'removeContact',
    method: 'DELETE',
    path: `${PATH}/:id`,
    summary: 'Remove a contact',
    about: 'What was sent to it stays in the list of own notifications.',
    who: ['session'],
    params: ID,
    answers: DONE,
    errors: FINDING,
    examples: [
      { name: 'A phone that is lost', alone: true, ...SIGNED_IN, ...OWN, status: 204 },
      { name: 'None of this id', ...SIGNED_IN, ...NOBODYS, status: 404, code: 'NOT_FOUND' },
    ],
  },
];

const verification: readonly Operation[] = [
  {
    id: 'sendContactCode',
    method: 'POST',
    path: `${PATH}/:id/code`,
    summary: 'Send a code to a contact',
    about:
      'It can be entered for 15 minutes, 5 times. Five an hour of one account, and to one address of all accounts; ten ' +
      'an hour of all accounts behind one IP address.',
    who: ['session'],
    params: ID,
    answers: { 202: { about: 'It is on its way.', json: SENT } },
    errors: ['ADDRESS_REFUSED', ...SENDING],
    examples: [
      { name: 'By e-mail', alone: true, ...SIGNED_IN, ...OWN, status: 202 },
      { name: 'To a contact of somebody else', ...SIGNED_IN, ...NOBODYS, status: 404, code: 'NOT_FOUND' },
    ],
  },
  {
    id: 'verifyContact',
    method: 'POST',
    path: `${PATH}/:id/verify`,
    summary: 'Enter the code that came',
    about: 'Alerts go to verified contacts alone.',
    who: ['session'],
    params: ID,
    body: { 'application/json': verifyContactSchema },
    answers: { 200: { about: 'The contact, verified.', json: contactSchema } },
    errors: ['REQUEST_INVALID', 'CODE_WRONG', ...FINDING],
    examples: [
      {
        name: 'The right one',
        alone: true,
        after: ['sendContactCode'],
        ...SIGNED_IN,
        ...OWN,
        json: { code: EXAMPLE_CODE },
        status: 200,
      },
      { name: 'A wrong one', ...SIGNED_IN, ...OWN, json: { code: '000000' }, status: 403, code: 'CODE_WRONG' },
    ],
  },
  {
    id: 'testContact',
    method: 'POST',
    path: `${PATH}/:id/test`,
    summary: 'Send a test message, the way that alerts go',
    about:
      'To a verified contact; to a push subscription also before, which is verified when the test arrives. Five an ' +
      'hour, counted as codes are.',
    who: ['session'],
    params: ID,
    answers: { 202: { about: 'It is on its way.', json: SENT } },
    errors: ['CONTACT_UNVERIFIED', ...SENDING],
    examples: [
      { name: 'By e-mail', alone: true, after: ['verifyContact'], ...SIGNED_IN, ...OWN, status: 202 },
      {
        name: 'To an address that may be of somebody else',
        ...SIGNED_IN,
        ...OWN,
        status: 409,
        code: 'CONTACT_UNVERIFIED',
      },
    ],
  },
];

/** The routes of contacts. */
export const CONTACT_OPERATIONS: OperationGroup = {
  name: 'Contacts',
  about: 'How people want to be reached when they are not looking.',
  operations: [...contacts, ...verification],
};
