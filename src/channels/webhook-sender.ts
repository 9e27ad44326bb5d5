import type { Clock } from '../clock.js';
import { postWebhook } from '../notifications/webhook-request.js';
import { signatureHeaders } from '../notifications/webhook-signature.js';
import { checkTarget, RefusedTarget, type AllowedHosts, type Resolve } from '../notifications/webhook-target.js';
import type { ChannelSender, OutgoingMessage, Recipient, SendOutcome } from './channel-sender.js';
import { failureOf, refusalOf } from './refusals.js';

const MAX_ANSWER_BYTES = 16_384;

/** What may be reached at addresses that people give us. */
export interface Reachable {
  readonly allowed: AllowedHosts;
  readonly resolve: Resolve;
}

/** How it is posted to such an address. */
export interface Posting extends Reachable {
  readonly clock: Clock;
}

/**
 * Posts a message to a URL that somebody gave as their contact, signed with the key of this contact. With the one of the
 * deployment, people could have us send what the deployment's own receivers take for its events.
 */
export class WebhookSender implements ChannelSender {
  constructor(private readonly parts: Posting) {}

  async send({ address, keys }: Recipient, message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
    if (!keys || !('secret' in keys)) return { reason: 'the webhook has no key: add it again', final: true };
    const { deliveryId: id, kind, title, body: text, url, alertId, severity, token, code } = message;
    const at = this.parts.clock.now();
    const data = { id, title, body: text, url, alertId, severity, token, code };
    const body = JSON.stringify({ type: `notification.${kind}`, timestamp: at.toISOString(), data });
    const timestamp = Math.floor(at.getTime() / 1000);
    return postTo(new URL(address), this.parts, {
      provider: 'webhook',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'naboom-realtime',
        ...signatureHeaders(keys.secret, { id, timestamp, body }),
      },
      body,
      signal,
    });
  }
}

interface Post {
  readonly provider: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly signal: AbortSignal;
}

/** Posts to an address that a person gave us: only where it leads outside, or where the deployment allows it. */
export async function postTo(url: URL, { allowed, resolve, clock }: Posting, post: Post): Promise<SendOutcome> {
  const { provider, headers, body, signal } = post;
  try {
    const addresses = await checkTarget(url, allowed, resolve);
    const answer = await postWebhook({ url, addresses, headers, body, signal, maxAnswerBytes: MAX_ANSWER_BYTES });
    if (answer.status >= 200 && answer.status < 300) return { provider };
    return refusalOf(answer, clock.now());
  } catch (error) {
    if (error instanceof RefusedTarget) return { reason: `refused: ${error.message}`, final: true };
    return failureOf(error, signal);
  }
}
