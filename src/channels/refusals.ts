import { readRetryAfter } from '../notifications/retry-delay.js';
import type { WebhookAnswer } from '../notifications/webhook-request.js';
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
