import { z } from 'zod';
import type { Example, Operation, OperationGroup } from '../api-docs/operation.js';
import { SMS_RECEIPT_OPERATIONS } from './sms-receipts.operations.js';

const PATH = '/api/v1/inbound';
const FORM = 'application/x-www-form-urlencoded';
const PROVIDER = { provider: '`clickatell`, `africastalking` or `twilio`' };
const SECRET = { secret: 'The secret of the gateways' };
const word = z.string().optional();
const ERRORS = ['GATEWAY_REFUSED', 'GATEWAY_OFF', 'DATABASE_UNAVAILABLE'] as const;

const smsBody = {
  'application/json': z.looseObject({ event: z.looseObject({}).optional(), text: word }).meta({ id: 'ClickatellSms' }),
  [FORM]: z
    .looseObject({ from: word, text: word, id: word, From: word, Body: word, MessageSid: word })
    .meta({ id: 'SmsForm', description: "Africa's Talking in small letters, Twilio with capitals" }),
};
const ussdBody = {
  [FORM]: z
    .looseObject({
      sessionId: z.string(),
      phoneNumber: z.string(),
      text: z.string().describe('All that was typed so far, with `*` between'),
    })
    .meta({ id: 'Ussd' }),
};

const sms = { from: '+27821234567', text: 'Help, Main Road 5', id: 'sms-{{random}}' };
const ussd = { sessionId: 'ussd-{{random}}', phoneNumber: '+27821234568', text: '3' };
const byQuery = { query: { secret: '{{gatewaySecret}}' } } as const;

interface Way {
  readonly id: string;
  readonly path: string;
  readonly secretInPath: boolean;
  readonly examples: readonly [Example, ...Example[]];
}

function smsOperation({ id, path, secretInPath, examples }: Way): Operation {
  return {
    id,
    method: 'POST',
    path: `${PATH}/${path}`,
    summary: 'A text message that raises an alert, or adds to the open one of its sender',
    who: ['gateway'],
    params: secretInPath ? { ...PROVIDER, ...SECRET } : PROVIDER,
    body: smsBody,
    answers: {
      200: {
        about: 'It is stored. Twilio gets TwiML, which texts the reference to the sender.',
        json: z.object({ received: z.literal(true) }),
        types: ['text/xml'],
      },
    },
    errors: ['REQUEST_INVALID', 'ROUTE_NOT_FOUND', ...ERRORS],
    examples,
  };
}

function ussdOperation({ id, path, secretInPath, examples }: Way): Operation {
  return {
    id,
    method: 'POST',
    path: `${PATH}/${path}`,
    summary: 'One step of a USSD dialogue; the first choice raises an alert',
    who: ['gateway'],
    ...(secretInPath ? { params: SECRET } : {}),
    body: ussdBody,
    answers: { 200: { about: 'The next screen, after `CON` or `END`.', types: ['text/plain'] } },
    errors: ERRORS,
    examples,
  };
}

const operations: readonly Operation[] = [
  smsOperation({
    id: 'receiveSms',
    path: 'sms/:provider',
    secretInPath: false,
    examples: [
      { name: "Africa's Talking", params: { provider: 'africastalking' }, ...byQuery, form: sms, status: 200 },
      {
        name: 'A wrong secret',
        params: { provider: 'africastalking' },
        query: { secret: 'a-guess' },
        form: sms,
        status: 403,
        code: 'GATEWAY_REFUSED',
      },
      {
        name: 'A gateway that we do not know',
        params: { provider: 'pigeon' },
        ...byQuery,
        form: sms,
        status: 404,
        code: 'ROUTE_NOT_FOUND',
      },
    ],
  }),
  smsOperation({
    id: 'receiveSmsBySecretAddress',
    path: 'sms/:provider/:secret',
    secretInPath: true,
    examples: [
      {
        name: 'Clickatell',
        params: { provider: 'clickatell', secret: '{{gatewaySecret}}' },
        json: {
          event: { moText: [{ from: '27821234569', content: 'Fire at -25.7461, 28.1881', messageId: '{{random}}' }] },
        },
        status: 200,
      },
      {
        name: 'Twilio, where no auth token is set',
        params: { provider: 'twilio', secret: '{{gatewaySecret}}' },
        form: { From: '+27821234570', Body: 'Help', MessageSid: 'SM{{random}}' },
        status: 200,
      },
    ],
  }),
  ussdOperation({
    id: 'answerUssd',
    path: 'ussd',
    secretInPath: false,
    examples: [{ name: 'A fire', ...byQuery, form: ussd, status: 200 }],
  }),
  ussdOperation({
    id: 'answerUssdBySecretAddress',
    path: 'ussd/:secret',
    secretInPath: true,
    examples: [{ name: 'The menu', params: { secret: '{{gatewaySecret}}' }, form: { ...ussd, text: '' }, status: 200 }],
  }),
];

/** The routes of SMS and USSD gateways. */
export const INBOUND_OPERATIONS: OperationGroup = {
  name: 'SMS and USSD',
  about: 'What the gateways of mobile networks call.',
  operations: [...operations, ...SMS_RECEIPT_OPERATIONS],
};
