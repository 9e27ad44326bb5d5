import { createRequire } from 'node:module';
import type { ChannelSender, OutgoingMessage, Recipient, SendOutcome } from './channel-sender.js';
import { isSent } from './channel-sender.js';
import { postTo, type Posting } from './webhook-sender.js';

/** How long a push service keeps it for a device that is off, seconds; by then the escalation has gone on. */
const TTL_SECONDS = 300;
/** What push services take is 4096 bytes with all that encryption adds. */
const MAX_TEXT = 600;
const GONE = ['HTTP 404', 'HTTP 410'];

/** Only where somebody is pushed to: it costs a tenth of a second and some MB. */
const load = createRequire(import.meta.url);

interface Parts extends Posting {
  readonly vapid: { readonly subject: string; readonly publicKey: string; readonly privateKey: string };
}

/** Web push (RFC 8030): the body is encrypted for the device (RFC 8291), we show who we are by VAPID (RFC 8292). */
export class PushSender implements ChannelSender {
  constructor(private readonly parts: Parts) {}

  async send({ address, contactId, keys }: Recipient, message: OutgoingMessage, signal: AbortSignal) {
    if (!keys || !('auth' in keys)) return { reason: 'the subscription has no keys', final: true } as const;
    const { generateRequestDetails } = load('web-push') as typeof import('web-push');
    let details;
    try {
      details = generateRequestDetails({ endpoint: address, keys }, payloadOf(message, contactId), {
        vapidDetails: this.parts.vapid,
        TTL: TTL_SECONDS,
        urgency: 'high',
        contentEncoding: 'aes128gcm',
        // Of several messages of one alert, a device that was off gets the latest.
        ...(message.alertId ? { topic: message.alertId.replaceAll('-', '') } : {}),
      });
    } catch {
      return { reason: 'the subscription cannot be used', final: true } as const; // such as a key on no curve
    }
    const headers = Object.fromEntries(
      Object.entries(details.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
    const outcome = await postTo(new URL(details.endpoint), this.parts, {
      provider: 'push',
      headers,
      body: details.body as Buffer,
      signal,
    });
    return goneOr(outcome);
  }
}

function goneOr(outcome: SendOutcome): SendOutcome {
  return !isSent(outcome) && GONE.includes(outcome.reason) ? { ...outcome, gone: true } : outcome;
}

function payloadOf(message: OutgoingMessage, contactId: string): string {
  const { kind, title, body, url, token, alertId, severity, code } = message;
  const text = [...new Intl.Segmenter().segment(body)].slice(0, MAX_TEXT).map(({ segment }) => segment);
  return JSON.stringify({ kind, title, body: text.join(''), url, token, alertId, severity, contactId, code });
}
