import type { Channel } from '../alerts/channel.js';
import type { Clock } from '../clock.js';
import { GroupedWrites } from '../notifications/grouped-writes.js';
import { Logger } from '../observability/nest-log.js';
import type { JobHandler } from '../queues/job-handler.js';
import type { JobPayload } from '../queues/queue-map.js';
import { unlessAborted } from '../unless-aborted.js';
import { isSent, type ChannelSender, type MessageText, type NotSent, type SendOutcome } from './channel-sender.js';
import type { ClaimedContact, ClaimedNotice } from './claimed-notice.js';
import { alertText, codeText, testText, type AlertNews } from './message-texts.js';
import { decideNotice, type NoticeDecision } from './notice-decision.js';
import type { NotificationLedger, SentNotice } from './notification-ledger.js';
import { signReceipt } from './receipt-token.js';
import { sendDelay } from './send-delay.js';

/** Limits of one attempt, ms. */
export interface SendLimits {
  /** Name look-up, connection and answer together, of all providers that are tried. */
  readonly attemptMs: number;
  /** A worker that died holds a delivery no longer than this. */
  readonly leaseMs: number;
}
export const SEND_LIMITS: SendLimits = { attemptMs: 5000, leaseMs: 8000 };

/** A delivery that brings a code to its contact. */
interface CodeDelivery {
  readonly contactId: string;
  readonly deliveryId: string;
}

interface Parts {
  readonly ledger: NotificationLedger;
  readonly senders: ReadonlyMap<Channel, ChannelSender>;
  /** The code that a delivery brings, in place of an earlier one; undefined when it would be of no use. */
  readonly newCode: (of: CodeDelivery, now: Date) => Promise<string | undefined>;
  readonly receiptKey: Buffer;
  readonly publicUrl: string | undefined;
  readonly clock: Clock;
  readonly limits?: SendLimits;
}

/** How many deliveries of a job came to what; those that took the place of dead ones are among them. */
export interface SendOutcomes {
  sent: number;
  retry: number;
  dead: number;
  skipped: number;
  held: number;
  notDue: number;
}

type Came = Exclude<keyof SendOutcomes, 'notDue'>;

/** The job `send-notifications`: one attempt each to tell people something. The results stand in `deliveries`. */
export class SendNotifications implements JobHandler<'send-notifications'> {
  readonly job = 'send-notifications';
  readonly #logger = new Logger('Notifications');
  readonly #limits: SendLimits;

  constructor(private readonly parts: Parts) {
    this.#limits = parts.limits ?? SEND_LIMITS;
  }

  async run({ deliveryIds }: JobPayload<'send-notifications'>, signal: AbortSignal): Promise<SendOutcomes> {
    const outcomes = { sent: 0, retry: 0, dead: 0, skipped: 0, held: 0, notDue: 0 };
    // What takes the place of a dead one is told at once, and may die as well.
    for (let ids: readonly string[] = deliveryIds; ids.length > 0 && !signal.aborted; ) {
      ids = await this.#round(ids, outcomes, signal);
    }
    return outcomes;
  }

  /** @returns the deliveries that take the place of dead ones */
  async #round(ids: readonly string[], outcomes: SendOutcomes, signal: AbortSignal): Promise<string[]> {
    const { ledger, clock } = this.parts;
    const now = clock.now();
    const claimed = await ledger.claim(ids, now, this.#limits.leaseMs);
    outcomes.notDue += ids.length - claimed.length;
    const sent = new GroupedWrites<SentNotice>((notices) => ledger.markSent(notices, clock.now()));
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#limits.attemptMs)]);
    const replaced: string[] = [];
    const settled = await Promise.allSettled(
      claimed.map(async (notice) => {
        const { came, next } = await this.#attempt(notice, { limit, sent });
        outcomes[came] += 1;
        replaced.push(...(next ?? []));
      }),
    );
    // Postgres: their leases end and they are tried again.
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    return replaced;
  }

  async #attempt(
    notice: ClaimedNotice,
    { limit, sent }: { limit: AbortSignal; sent: GroupedWrites<SentNotice> },
  ): Promise<{ came: Came; next?: readonly string[] }> {
    const { ledger, clock } = this.parts;
    const decision = decideNotice(notice, clock.now());
    switch (decision.step) {
      case 'skip':
        await ledger.skip(notice, decision.reason, clock.now());
        return { came: 'skipped' };
      case 'hold':
        await ledger.hold(notice, decision.until);
        return { came: 'held' };
      case 'give-up':
        return this.#giveUp(notice, decision.reason);
      case 'send': {
        const outcome = await this.#send(notice, decision, limit);
        if (!isSent(outcome)) return this.#failed(notice, decision.contact, outcome);
        await sent.add({ id: notice.id, provider: outcome.provider, ref: outcome.ref });
        return { came: 'sent' };
      }
    }
  }

  async #send(
    notice: ClaimedNotice,
    { contact, sight, isLast }: Extract<NoticeDecision, { step: 'send' }>,
    limit: AbortSignal,
  ): Promise<SendOutcome> {
    const { senders, receiptKey } = this.parts;
    const { id, channel, kind, news } = notice;
    const sender = senders.get(channel);
    if (!sender) return { reason: `${channel} is not set up`, final: true };
    const code = kind === 'code' ? await this.#codeOf(id, contact) : undefined;
    if (kind === 'code' && code === undefined) return { reason: 'the code is no longer valid', final: true };
    const to = {
      contactId: contact.id,
      channel,
      address: contact.address,
      ...(contact.keys && { keys: contact.keys }),
    };
    const message = {
      deliveryId: id,
      kind,
      token: signReceipt(receiptKey, id),
      ...this.#textOf(notice, { sight, isLast: isLast ?? false }, code),
      ...(news && { alertId: news.alert.id, severity: news.alert.severity }),
      ...(code === undefined ? {} : { code }),
    };
    return inTime(sender.send(to, message, limit), limit);
  }

  async #codeOf(deliveryId: string, { id: contactId }: ClaimedContact): Promise<string | undefined> {
    return this.parts.newCode({ contactId, deliveryId }, this.parts.clock.now());
  }

  #textOf(
    { kind, news }: ClaimedNotice,
    how: Pick<AlertNews, 'sight' | 'isLast'>,
    code: string | undefined,
  ): MessageText {
    const { publicUrl } = this.parts;
    if (kind === 'alert') return alertText({ ...news!, ...how }, publicUrl);
    return kind === 'code' ? codeText(code ?? '') : testText(publicUrl);
  }

  async #failed(
    notice: ClaimedNotice,
    contact: ClaimedContact,
    { reason, final, gone, askedMs }: NotSent,
  ): Promise<{ came: Came; next?: readonly string[] }> {
    const { ledger, clock } = this.parts;
    const delay = final ? undefined : sendDelay(notice, askedMs);
    if (gone) await ledger.forget(contact);
    if (gone || delay === undefined) return this.#giveUp(notice, reason);
    await ledger.retry(notice, reason, new Date(clock.now().getTime() + delay));
    return { came: 'retry' };
  }

  async #giveUp(notice: ClaimedNotice, reason: string): Promise<{ came: Came; next?: readonly string[] }> {
    const next = await this.parts.ledger.giveUp(notice, reason, this.parts.clock.now());
    const { id, channel, attempts } = notice;
    this.#logger.warn(
      { deliveryId: id, channel, attempts, reason, fallsBack: next.length > 0 },
      'a message is given up',
    );
    return { came: 'dead', next };
  }
}

/** What a sender says, or that it took too long: one that does not hear the signal must not hold the others up. */
async function inTime(outcome: Promise<SendOutcome>, limit: AbortSignal): Promise<SendOutcome> {
  try {
    return await unlessAborted(outcome, limit);
  } catch (error) {
    if (limit.aborted) return { reason: 'no answer in time' };
    throw error;
  }
}
