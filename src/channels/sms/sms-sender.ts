import {
  isSent,
  type ChannelSender,
  type NotSent,
  type OutgoingMessage,
  type Recipient,
  type SendOutcome,
} from '../channel-sender.js';
import { failureOf } from '../refusals.js';
import type { SmsProvider, TextMessage } from './sms-provider.js';

/** Who is tried within one attempt, at most: each must have time to answer. */
const TRIED_AT_ONCE = 2;

interface Parts {
  readonly providers: readonly SmsProvider[];
  /** Whom to try first, by their shares. Must not reject for long: a text message waits for it. */
  readonly order: (providers: readonly SmsProvider[]) => Promise<readonly SmsProvider[]>;
  /** What the providers of one attempt have together, ms. */
  readonly limitMs: number;
}

/**
 * Text messages by several providers: when one fails or takes too long, the next one gets the message within the same
 * attempt. One that took too long may have sent it all the same: then it comes twice.
 */
export class SmsSender implements ChannelSender {
  constructor(private readonly parts: Parts) {}

  async send({ address }: Recipient, message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    const { providers, order, limitMs } = this.parts;
    const tried = (await order(providers)).slice(0, TRIED_AT_ONCE);
    const text = { to: address, text: message.sms, reference: message.deliveryId };
    const failures: (NotSent & { readonly name: string })[] = [];
    for (const provider of tried) {
      if (signal.aborted) break;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs / tried.length)]);
      const outcome = await sendBy(provider, text, limit);
      if (isSent(outcome)) return outcome;
      failures.push({ name: provider.name, ...outcome });
    }
    return together(failures);
  }
}

async function sendBy(provider: SmsProvider, text: TextMessage, limit: AbortSignal): Promise<SendOutcome> {
  try {
    return await provider.send(text, limit);
  } catch (error) {
    return failureOf(error, limit);
  }
}

/** Final only if all say so: a key that one provider no longer takes says nothing of the number. */
function together(failures: readonly (NotSent & { readonly name: string })[]): NotSent {
  const reason = failures.map(({ name, reason: why }) => `${name}: ${why}`).join('; ') || 'no answer in time';
  const isFinal = failures.length > 0 && failures.every(({ final }) => final);
  const asked = failures.flatMap(({ askedMs }) => askedMs ?? []);
  return {
    reason,
    ...(isFinal ? { final: true } : {}),
    ...(asked.length > 0 && asked.length === failures.length ? { askedMs: Math.min(...asked) } : {}),
  };
}
