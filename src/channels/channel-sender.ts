import type { Channel, ContactKeys } from '../alerts/channel.js';
import type { Severity } from '../alerts/severity.js';
import type { NoticeKind } from '../notifications/delivery.js';

/** Where a message goes. */
export interface Recipient {
  readonly contactId: string;
  readonly channel: Channel;
  /** As in `contacts`: a phone in E.164, an e-mail, the endpoint of a push subscription, an https URL. */
  readonly address: string;
  /** Of a push subscription or a webhook. */
  readonly keys?: ContactKeys;
}

/** What a person is told, in every length that a channel may need. */
export interface MessageText {
  readonly title: string;
  /** Some lines; without links. */
  readonly body: string;
  /** At most 160 characters of GSM-7, with the link if it fits. */
  readonly sms: string;
  readonly url?: string;
}

/** One message to one contact. */
export interface OutgoingMessage extends MessageText {
  /** The same for every attempt: providers that know such a thing send it once. */
  readonly deliveryId: string;
  readonly kind: NoticeKind;
  readonly alertId?: string;
  readonly severity?: Severity;
  /** What the device says with that the message has come. */
  readonly token: string;
  /** Of a contact that is to be verified. */
  readonly code?: string;
}

/** Somebody took the message; `ref` is what they call it. */
export interface Sent {
  readonly provider: string;
  readonly ref?: string;
}

/**
 * Why it was not taken, in words that hold no secret and no address. `final`: another attempt could not help; `gone`: the
 * address is no more; `askedMs`: how long the provider asks to wait.
 */
export interface NotSent {
  readonly reason: string;
  readonly final?: true;
  readonly gone?: true;
  readonly askedMs?: number;
}

export type SendOutcome = Sent | NotSent;

/** A way to tell people. Never rejects: what goes wrong is an outcome. */
export interface ChannelSender {
  /** @param signal ends the attempt wherever it is */
  send(to: Recipient, message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome>;
}

export function isSent(outcome: SendOutcome): outcome is Sent {
  return 'provider' in outcome;
}
