import { z } from 'zod';
import type { Operation, OperationGroup } from '../api-docs/operation.js';
import { receiptSchema } from './notifications.controller.js';
import { ownNotificationsSchema } from './own-notifications.js';
import { quietHoursSchema, setQuietHoursSchema } from './own-quiet-hours.js';

const SIGNED_IN = { bearer: '{{login.token}}' } as const;
const QUIET = '/api/v1/auth/me/quiet-hours';

const own: readonly Operation[] = [
  {
    id: 'listNotifications',
    method: 'GET',
    path: '/api/v1/auth/me/notifications',
    summary: 'What was I told?',
    who: ['session'],
    answers: { 200: { about: 'The last 50 messages to own contacts, newest first.', json: ownNotificationsSchema } },
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [{ name: 'With a code', alone: true, after: ['sendContactCode'], ...SIGNED_IN, status: 200 }],
  },
  {
    id: 'readQuietHours',
    method: 'GET',
    path: QUIET,
    summary: 'When am I told of nothing but what is critical?',
    who: ['session'],
    answers: { 200: { about: 'The quiet hours; without `from` there are none.', json: quietHoursSchema } },
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [{ name: 'At night', alone: true, after: ['setQuietHours'], ...SIGNED_IN, status: 200 }],
  },
  {
    id: 'setQuietHours',
    method: 'PUT',
    path: QUIET,
    summary: 'Set quiet hours',
    about: 'What is not critical waits until they end. Critical alerts, tests and codes never wait.',
    who: ['session'],
    body: { 'application/json': setQuietHoursSchema },
    answers: { 200: { about: 'The quiet hours.', json: quietHoursSchema } },
    errors: ['REQUEST_INVALID', 'DATABASE_UNAVAILABLE'],
    examples: [
      {
        name: 'At night',
        alone: true,
        ...SIGNED_IN,
        json: { from: '22:00', until: '06:00', timeZone: 'Africa/Johannesburg' },
        status: 200,
      },
      {
        name: 'A time zone that there is not',
        ...SIGNED_IN,
        json: { from: '22:00', until: '06:00', timeZone: 'Mars/Olympus' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
  {
    id: 'removeQuietHours',
    method: 'DELETE',
    path: QUIET,
    summary: 'Have no quiet hours',
    who: ['session'],
    answers: { 204: { about: 'There are none.' } },
    errors: ['DATABASE_UNAVAILABLE'],
    examples: [{ name: 'Any longer', alone: true, ...SIGNED_IN, status: 204 }],
  },
];

const devices: readonly Operation[] = [
  {
    id: 'readPushKey',
    method: 'GET',
    path: '/api/v1/notifications/push-key',
    summary: 'The key that browsers subscribe to push messages with',
    who: ['anyone'],
    answers: {
      200: {
        about: 'The public VAPID key; null where push is not set up.',
        json: z.object({ publicKey: z.string().nullable().describe('base64url') }).meta({ id: 'PushKey' }),
      },
    },
    errors: [],
    examples: [{ name: 'For `applicationServerKey`', status: 200 }],
  },
  {
    id: 'receiveNotification',
    method: 'POST',
    path: '/api/v1/notifications/receipts/:token',
    summary: 'Say that a message has come to a device, or that somebody looked at it',
    about:
      'The token is in the message and holds for three days; nobody has to be signed in. A token that is none is ' +
      'answered alike. The reach of the alert counts it, and escalation waits for it.',
    who: ['anyone'],
    params: { token: 'The `token` of the message' },
    body: { 'application/json': receiptSchema },
    answers: { 204: { about: 'Thank you.' } },
    errors: ['REQUEST_INVALID', 'TOO_MANY_REQUESTS', 'DATABASE_UNAVAILABLE'],
    examples: [
      {
        name: 'It has come',
        params: { token: '019a200000007000800000000000000f.c2lnbmF0dXJlIG9mIDE4IGJ5' },
        json: { stage: 'received' },
        status: 204,
      },
      {
        name: 'A stage that there is not',
        params: { token: '019a200000007000800000000000000f.c2lnbmF0dXJlIG9mIDE4IGJ5' },
        json: { stage: 'thrown away' },
        status: 400,
        code: 'REQUEST_INVALID',
      },
    ],
  },
];

/** The routes of what people are told. */
export const NOTIFICATION_OPERATIONS: OperationGroup = {
  name: 'Notifications',
  about: 'What people were told, when they do not want to be, and what their devices say.',
  operations: [...own, ...devices],
};
