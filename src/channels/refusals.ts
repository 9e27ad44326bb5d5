import { readRetryAfter } from '../notifications/retry-delay.js';
import type { WebhookAnswer } from '../notifications/webhook-request.js';
import type { Channel } from '../alerts/channel.js';
import type { NotSent } from './channel-sender.js';

/** Answers that say that the service, and not the request, has a trouble. */
const RETRYABLE = [408, 425, 429];

/** What an HTTP answer that is no success means for the attempt. */
export function refusalOf({ status, retryAfter }: WebhookAnswer, now: Date): NotSent {
  const askedMs = readRetryAfter(retryAfter, now);
  const isRetryable = status >= 500 || RETRYABLE.includes(status);
  return {
    reason: `HTTP ${status}`,
    ...(isRetryable ? {} : { final: true as const }),
    ...(askedMs > 0 ? { askedMs } : {}),
  };
}

/** What an error of the connection means. Messages may repeat addresses and keys: only codes are told. */
export function failureOf(error: unknown, signal: AbortSignal): NotSent {
  if (signal.aborted) return { reason: 'no answer in time' };
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: { code?: unknown } };
  const told = [code, cause?.code].find((each) => typeof each === 'string');
  return { reason: told === undefined ? 'the connection failed' : String(told) };
}

/** What we say ourselves of an address, without having asked it. */
const OWN_WORDS = /^(the contact is gone|the (subscription|webhook) (has|cannot) .*|\w+ is not set up)$/;

/**
 * Why a message was not sent, as people are told it. Addresses of webhooks and of devices are what anybody says they are:
 * whoever learned which answer came, or why none did, could look around from within our network.
 */
export function toldReason(channel: Channel, reason: string): string {
  if ((channel !== 'webhook' && channel !== 'push') || OWN_WORDS.test(reason)) return reason;
  if (reason.startsWith('HTTP ')) return 'HTTP error';
  return reason.startsWith('refused') ? 'refused' : 'no answer';
}
