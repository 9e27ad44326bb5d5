import fc from 'fast-check';
import { SMS_PROVIDERS, type SmsProvider } from '../config/channel-vars.js';
import { readSmsReports } from './sms-reports.js';

const form = (fields: Record<string, string>) => new URLSearchParams(fields);
const status = (messageId: string, word: string) => ({ channel: 'sms', messageId, status: word });

describe('a gateway reports', () => {
  it.each<[string, SmsProvider, unknown, string[]]>([
    [
      'Clickatell One API',
      'clickatell',
      { event: { messageStatusUpdate: [status('a', 'RECEIVED_BY_RECIPIENT'), status('b', 'EXPIRED')] } },
      ['a received', 'b undeliverable'],
    ],
    ['Clickatell, by number', 'clickatell', { messageId: 'a', statusCode: 4 }, ['a received']],
    ['Clickatell, an older one', 'clickatell', form({ apiMsgId: 'a', status: '007' }), ['a undeliverable']],
    ['Clickatell, on its way', 'clickatell', { messageId: 'a', status: 'DELIVERED_TO_GATEWAY', statusCode: 3 }, []],
    ['Clickatell, a message for us', 'clickatell', { event: { moText: [{ messageId: 'a', content: '4' }] } }, []],
    ["Africa's Talking", 'africastalking', form({ id: 'a', status: 'Success' }), ['a received']],
    ["Africa's Talking, in vain", 'africastalking', form({ id: 'a', status: 'AbsentSubscriber' }), ['a undeliverable']],
    ["Africa's Talking, on its way", 'africastalking', form({ id: 'a', status: 'Sent' }), []],
    [
      'BulkSMS',
      'bulksms',
      [
        { id: 'a', type: 'SENT', status: { id: 'DELIVERED.null', type: 'DELIVERED' } },
        { id: 'b', type: 'SENT', status: { type: 'FAILED', subtype: 'HANDSET_ERROR' } },
        { id: 'c', type: 'SENT', status: { type: 'SENT' } },
      ],
      ['a received', 'b undeliverable'],
    ],
    ['Twilio', 'twilio', form({ MessageSid: 'a', MessageStatus: 'delivered' }), ['a received']],
    ['Twilio, in vain', 'twilio', form({ SmsSid: 'a', SmsStatus: 'undelivered' }), ['a undeliverable']],
    ['Twilio, on its way', 'twilio', form({ MessageSid: 'a', MessageStatus: 'sent' }), []],
  ])('%s', (_name, provider, body, expected) => {
    expect(readSmsReports(provider, body).map(({ ref, outcome }) => `${ref} ${outcome}`)).toEqual(expected);
  });

  it('whatever it likes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SMS_PROVIDERS), fc.anything(), (provider, body) => {
        expect(Array.isArray(readSmsReports(provider, body))).toBe(true);
      }),
    );
  });
});
