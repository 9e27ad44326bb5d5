import type { SmsProvider } from '../config/channel-vars.js';
import { fieldsOf } from './fields.js';

/** What became of a text message that we sent. */
export interface SmsReport {
  /** What the provider called it when it took it. */
  readonly ref: string;
  readonly outcome: 'received' | 'undeliverable';
  /** What we called it, where the provider says that too. */
  readonly deliveryId?: string;
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** The outcome that a provider's word stands for; undefined while nothing is decided. */
type Words = Readonly<Record<SmsReport['outcome'], ReadonlySet<string>>>;

const wordsOf = (received: string, undeliverable: string): Words => ({
  received: new Set(received.split(' ')),
  undeliverable: new Set(undeliverable.split(' ')),
});

/** Words and numbers of One API and of the older callbacks; 3, DELIVERED_TO_GATEWAY, is still on its way. */
const CLICKATELL = wordsOf(
  '4 004 RECEIVED_BY_RECIPIENT DEVICE_ACK DELIVERED READ',
  '5 005 7 007 9 009 10 010 12 012 13 013 14 014 ERROR_WITH_MESSAGE ERROR_DELIVERING_MESSAGE ROUTING_ERROR ' +
    'MESSAGE_EXPIRED EXPIRED OUT_OF_CREDIT DELIVERY_FAILURE FAILED UNDELIVERABLE REJECTED MAXIMUM_MT_LIMIT_EXCEEDED',
);
const AFRICAS_TALKING = wordsOf('SUCCESS', 'FAILED REJECTED ABSENTSUBSCRIBER EXPIRED');
const BULKSMS = wordsOf('DELIVERED', 'FAILED');
const TWILIO = wordsOf('DELIVERED READ', 'UNDELIVERED FAILED CANCELED');

/** `reference`: a part of the address that a report came to. */
type Reader = (body: unknown, reference: string | undefined) => SmsReport[];

const READERS: Readonly<Record<SmsProvider, Reader>> = {
  /** One API: `{ event: { messageStatusUpdate: [{ messageId, status, statusCode }] } }`; older ones the item alone. */
  clickatell(body) {
    const lists = Object.entries(objectOf(objectOf(body).event)).filter(([name]) => !name.startsWith('mo'));
    const items = lists.length > 0 ? lists.flatMap(([, list]) => listOf(list)) : [body];
    return items.flatMap((item) => {
      const field = fieldsOf(item);
      const reports = report(CLICKATELL, field('messageId') ?? field('apiMsgId'), field('status'), field('statusCode'));
      return withReference(reports, field('clientMessageId') ?? field('cliMsgId'));
    });
  },
  /** A form with `id` and `status`. */
  africastalking(body) {
    const field = fieldsOf(body);
    return report(AFRICAS_TALKING, field('id'), field('status'));
  },
  /** A list of messages as they were sent, `[{ id, type: 'SENT', status: { type } }]`. */
  bulksms: (body) =>
    listOf(body).flatMap((item) => {
      const status = fieldsOf(objectOf(item).status);
      return report(BULKSMS, fieldsOf(item)('id'), status('type') ?? status('condition'));
    }),
  /** A form with `MessageSid` and `MessageStatus`; what we call the message is in the address that it was sent with. */
  twilio(body, reference) {
    const field = fieldsOf(body);
    const ref = field('MessageSid') ?? field('SmsSid');
    return withReference(report(TWILIO, ref, field('MessageStatus') ?? field('SmsStatus')), reference);
  },
};

/** What the body of a provider's delivery report decides; nothing while messages are under way, or when it is none. */
export function readSmsReports(provider: SmsProvider, body: unknown, reference?: string): SmsReport[] {
  return READERS[provider](body, reference);
}

function withReference(reports: readonly SmsReport[], reference: string | undefined): SmsReport[] {
  const deliveryId = UUID.test(reference ?? '') ? { deliveryId: reference!.toLowerCase() } : {};
  return reports.map((each) => ({ ...each, ...deliveryId }));
}

function report(words: Words, ref: string | undefined, ...given: (string | undefined)[]): SmsReport[] {
  if (!ref) return [];
  const said = given.flatMap((word) => (word ? [word.toUpperCase()] : []));
  if (said.some((word) => words.received.has(word))) return [{ ref, outcome: 'received' }];
  return said.some((word) => words.undeliverable.has(word)) ? [{ ref, outcome: 'undeliverable' }] : [];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
