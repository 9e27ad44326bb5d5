import fc from 'fast-check';
import { africasTalking } from './africas-talking.js';
import { clickatell } from './clickatell.js';
import type { SmsGateway } from './sms-gateway.js';
import { smsReply } from './sms-reply.js';
import { twilio } from './twilio.js';

const form = (fields: Record<string, string>) => new URLSearchParams(fields);
/** One API, as its documentation shows it. */
const moText = {
  channel: 'sms',
  messageId: '3a89680503414383af44dcd0e4e5f184',
  relatedMessageId: 'd33eef0838a121f71069a4cc8d55c19e',
  from: '2799900001',
  to: '2799900002',
  timestamp: 1506607698000,
  content: 'help me',
  charset: 'UTF-8',
};

describe('a gateway tells of a message', () => {
  it.each<[string, SmsGateway, unknown, object]>([
    [
      'Clickatell One API',
      clickatell,
      { integrationId: 'i', integrationName: 'n', event: { moText: [moText] } },
      { from: '2799900001', text: 'help me', id: moText.messageId },
    ],
    [
      'Clickatell REST',
      clickatell,
      { integrationName: 'n', messageId: 'of-ours', replyMessageId: 'r', fromNumber: 27821234567, text: 'help me' },
      { from: '27821234567', text: 'help me', id: 'r' },
    ],
    [
      'Clickatell HTTP (a form)',
      clickatell,
      form({ api_id: '1', from: '27821234567', text: 'help me', moMsgId: 'm', to: '2799900002' }),
      { from: '27821234567', text: 'help me', id: 'm' },
    ],
    [
      "Africa's Talking",
      africasTalking,
      form({ from: '+27821234567', to: '22384', text: 'help me', id: 'a1', linkId: 'l', date: '2026-01-01 10:00:00' }),
      { from: '+27821234567', text: 'help me', id: 'a1' },
    ],
    [
      'Twilio',
      twilio,
      form({ From: '+27821234567', To: '+27870000000', Body: 'help me', MessageSid: 'SM1', NumMedia: '0' }),
      { from: '+27821234567', text: 'help me', id: 'SM1' },
    ],
    [
      'Twilio for WhatsApp',
      twilio,
      form({ From: 'whatsapp:+27821234567', Body: '', SmsSid: 'SM2' }),
      { from: '+27821234567', text: '', id: 'SM2' },
    ],
  ])('%s', (_name, gateway, body, message) => {
    expect(gateway.read(body)).toEqual([message]);
  });

  it('several at once, with pictures and positions', () => {
    const moMedia = [{ from: '1', messageId: 'b', caption: 'look', content: 'YmFzZTY0' }];
    const moLocation = [{ from: '1', messageId: 'c' }, 'odd'];
    expect(
      clickatell.read({ event: { moText: [moText, { ...moText, messageId: 'a' }], moMedia, moLocation } }),
    ).toEqual([
      { from: '2799900001', text: 'help me', id: moText.messageId },
      { from: '2799900001', text: 'help me', id: 'a' },
      { from: '1', text: 'look', id: 'b' },
      { from: '1', text: '', id: 'c' },
      { from: undefined, text: '', id: undefined },
    ]);
  });

  it.each<[string, SmsGateway, unknown]>([
    ['a delivery by Clickatell', clickatell, { messageId: 'm', statusCode: 5, status: 'RECEIVED_BY_RECIPIENT' }],
    [
      'a delivery by One API',
      clickatell,
      { event: { messageStatusUpdate: [{ messageId: 'm', status: 'DELIVERED' }] } },
    ],
    ["a delivery by Africa's Talking", africasTalking, form({ id: 'a', status: 'Success', phoneNumber: '+2782' })],
    ['a delivery by Twilio', twilio, form({ From: '+1', MessageSid: 'SM1', MessageStatus: 'delivered' })],
    ['nothing', twilio, undefined],
  ])('but not of %s', (_name, gateway, body) => {
    expect(gateway.read(body)).toEqual([]);
  });

  it('whatever it sends', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (body, list) => {
        const bodies = [body, { event: body }, { event: { moText: list } }, { text: list, Body: list, from: body }];
        for (const gateway of [clickatell, africasTalking, twilio]) {
          for (const each of bodies)
            expect(gateway.read(each).every(({ text }) => typeof text === 'string')).toBe(true);
        }
      }),
    );
  });
});

describe('a reply', () => {
  it('to Twilio is TwiML, whatever it says', () => {
    expect(twilio.reply(['<b> & "c"'])).toEqual({
      type: 'text/xml; charset=utf-8',
      body: '<?xml version="1.0" encoding="UTF-8"?><Response><Message>&lt;b&gt; &amp; &quot;c&quot;</Message></Response>',
    });
    expect(twilio.reply([]).body).toContain('<Response></Response>');
  });

  it('fits one message, and ends a conversation of two programs', () => {
    const reference = 'NB-7K3F20';
    for (const [repeatCount, test] of [
      [0, false],
      [0, true],
      [4, false],
    ] as const) {
      const [text = ''] = smsReply({ reference, repeatCount, test });
      expect(text).toContain(reference);
      // The letters of GSM 03.38 alone: one other letter halves what fits.
      expect(text).toMatch(/^[\w \n,.:/-]{1,160}$/);
    }
    expect(smsReply({ reference, repeatCount: 5, test: false })).toEqual([]);
  });
});
