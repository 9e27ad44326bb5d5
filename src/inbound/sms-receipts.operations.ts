import { z } from 'zod';
import type { Example, Operation } from '../api-docs/operation.js';

const FORM = 'application/x-www-form-urlencoded';
const PROVIDER = { provider: '`clickatell`, `africastalking`, `bulksms` or `twilio`' };
const word = z.string().optional();

const body = {
  'application/json': z
    .union([z.looseObject({}), z.array(z.looseObject({}))])
    .meta({ id: 'SmsReport', description: 'Clickatell: an object; BulkSMS: a list' }),
  [FORM]: z
    .looseObject({ id: word, status: word, MessageSid: word, MessageStatus: word })
    .meta({ id: 'SmsReportForm', description: "Africa's Talking in small letters, Twilio with capitals" }),
};

function operation(id: string, isSecretInPath: boolean, examples: readonly [Example, ...Example[]]): Operation {
  return {
    id,
    method: 'POST',
    path: `/api/v1/inbound/sms-receipts/:provider${isSecretInPath ? '/:secret' : ''}`,
    summary: 'What became of a text message',
    about:
      'Whom one reached is counted for the alert. Who cannot be reached by it is told by their next contact at once.',
    who: ['gateway'],
    params: isSecretInPath ? { ...PROVIDER, secret: 'The secret of the gateways' } : PROVIDER,
    body,
    answers: { 200: { about: 'Also of messages that nobody knows.', json: z.object({ received: z.literal(true) }) } },
    errors: ['ROUTE_NOT_FOUND', 'GATEWAY_REFUSED', 'GATEWAY_OFF', 'DATABASE_UNAVAILABLE'],
    examples,
  };
}

/** The routes that gateways report to. */
export const SMS_RECEIPT_OPERATIONS: readonly Operation[] = [
  operation('receiveSmsReport', false, [
    {
      name: "Africa's Talking",
      params: { provider: 'africastalking' },
      query: { secret: '{{gatewaySecret}}' },
      form: { id: 'ATXid_{{random}}', status: 'Success' },
      status: 200,
    },
    {
      name: 'A wrong secret',
      params: { provider: 'africastalking' },
      query: { secret: 'a-guess' },
      form: { id: 'ATXid_{{random}}', status: 'Success' },
      status: 403,
      code: 'GATEWAY_REFUSED',
    },
  ]),
  operation('receiveSmsReportBySecretAddress', true, [
    {
      name: 'Clickatell',
      params: { provider: 'clickatell', secret: '{{gatewaySecret}}' },
      json: { event: { messageStatusUpdate: [{ messageId: '{{random}}', status: 'RECEIVED_BY_RECIPIENT' }] } },
      status: 200,
    },
    {
      name: 'BulkSMS',
      params: { provider: 'bulksms', secret: '{{gatewaySecret}}' },
      json: [{ id: '{{random}}', type: 'SENT', status: { type: 'FAILED', subtype: 'EXPIRED' } }],
      status: 200,
    },
    {
      name: 'Twilio, where no auth token is set',
      params: { provider: 'twilio', secret: '{{gatewaySecret}}' },
      form: { MessageSid: 'SM{{random}}', MessageStatus: 'delivered' },
      status: 200,
    },
  ]),
];
