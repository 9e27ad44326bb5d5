import { escapeHtml } from '../pages/escape-html.js';
import { fieldsOf } from './fields.js';
import type { SmsGateway } from './sms-gateway.js';

/** Twilio: a form with `From`, `To`, `Body` and `MessageSid`, answered in TwiML, which sends the reply. */
export const twilio: SmsGateway = {
  read(body) {
    const field = fieldsOf(body);
    const text = field('Body');
    // WhatsApp comes by the same way, as whatsapp:+27821234567.
    const from = field('From')?.replace(/^[a-z]+:/, '');
    return text === undefined ? [] : [{ from, text, id: field('MessageSid') ?? field('SmsSid') }];
  },
  reply: (texts) => ({
    type: 'text/xml; charset=utf-8',
    body: `<?xml version="1.0" encoding="UTF-8"?><Response>${texts.map(message).join('')}</Response>`,
  }),
};

function message(text: string): string {
  return `<Message>${escapeHtml(text)}</Message>`;
}
