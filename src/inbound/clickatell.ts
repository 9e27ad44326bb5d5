import { fieldsOf } from './fields.js';
import { RECEIVED, type InboundSms, type SmsGateway } from './sms-gateway.js';

/**
 * Clickatell. One API sends a list for each kind of message, `{ event: { moText: [{ from, content, messageId }] } }`; the
 * older HTTP and REST callbacks one message, `{ fromNumber, text, replyMessageId }`, whose `messageId` is that of the
 * message which it answers.
 */
export const clickatell: SmsGateway = {
  read(body) {
    const lists = Object.entries(eventOf(body)).filter(([kind]) => kind.startsWith('mo'));
    if (lists.length > 0) return lists.flatMap(([kind, items]) => asList(items).map((item) => readItem(kind, item)));
    const field = fieldsOf(body);
    const text = field('text');
    if (text === undefined) return [];
    return [{ from: field('fromNumber') ?? field('from'), text, id: field('replyMessageId') ?? field('moMsgId') }];
  },
  reply: () => RECEIVED,
};

/** Of a picture or a position (WhatsApp) we keep the words that came with it: that somebody calls is what matters. */
function readItem(kind: string, item: unknown): InboundSms {
  const field = fieldsOf(item);
  const text = (kind === 'moText' ? field('content') : field('caption')) ?? '';
  return { from: field('from'), text, id: field('messageId') };
}

function eventOf(body: unknown): object {
  const event = (body as { event?: unknown } | null | undefined)?.event;
  return typeof event === 'object' && event !== null ? event : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
