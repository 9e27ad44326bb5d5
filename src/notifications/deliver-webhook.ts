import { Logger } from '@nestjs/common';
import type { LogEntry } from '../alerts/alert.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import { responderMessage } from '../alerts/alert-views.js';
import type { Clock } from '../clock.js';
import type { JobHandler } from '../queues/job-handler.js';
import type { JobPayload } from '../queues/queue-map.js';
import type { ClaimedDelivery, Deliveries } from './deliveries.js';
import { readRetryAfter, RETRY_LIMITS, retryDelay, type RetryLimits } from './retry-delay.js';
import { postWebhook, type WebhookAnswer } from './webhook-request.js';
import { signatureHeaders } from './webhook-signature.js';
import { checkTarget, RefusedTarget, type AllowedHosts, type Resolve } from './webhook-target.js';

/** Limits of one delivery; times in ms. */
export interface DeliveryLimits extends RetryLimits {
  /** Name look-up, connection, headers and body together. */
  readonly requestMs: number;
  /** A worker that died holds a delivery no longer than this; longer than an attempt can take. */
  readonly leaseMs: number;
  readonly maxAnswerBytes: number;
}
export const DELIVERY_LIMITS: DeliveryLimits = {
  ...RETRY_LIMITS,
  requestMs: 10_000,
  leaseMs: 15_000,
  maxAnswerBytes: 65_536,
};

export interface WebhookSettings {
  readonly urls: readonly string[];
  readonly secret: string;
  readonly allowed: AllowedHosts;
  readonly resolve: Resolve;
}

interface Parts {
  readonly deliveries: Deliveries;
  readonly reader: AlertReader;
  readonly clock: Clock;
  readonly settings: WebhookSettings;
  readonly limits?: DeliveryLimits;
}

export type DeliveryOutcome = 'delivered' | 'retry' | 'dead' | 'not due';

/** Why an attempt failed, in words that hold no secret; `final` when another attempt could not help. */
class AttemptFailed extends Error {
  constructor(
    reason: string,
    readonly final = false,
    readonly askedMs = 0,
  ) {
    super(reason);
  }
}

/** The job `deliver-webhook`: one attempt to post one event to one receiver. Its result stands in `deliveries`. */
export class DeliverWebhook implements JobHandler<'deliver-webhook'> {
  readonly job = 'deliver-webhook';
  readonly #logger = new Logger('Webhooks');
  readonly #limits: DeliveryLimits;

  constructor(private readonly parts: Parts) {
    this.#limits = parts.limits ?? DELIVERY_LIMITS;
  }

  async run(
    { deliveryId }: JobPayload<'deliver-webhook'>,
    signal: AbortSignal,
  ): Promise<{ outcome: DeliveryOutcome; attempts?: number }> {
    const { deliveries, clock } = this.parts;
    const delivery = await deliveries.claim(deliveryId, clock.now(), this.#limits.leaseMs);
    if (!delivery) return { outcome: 'not due' };
    const { attempts } = delivery;
    try {
      await this.#attempt(delivery, signal);
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error; // Postgres: the lease ends and it is tried again
      return { outcome: await this.#failed(delivery, error), attempts };
    }
    await deliveries.markDelivered(delivery, clock.now());
    return { outcome: 'delivered', attempts };
  }

  async #attempt(delivery: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    const { maxAttempts } = this.#limits;
    // Only a worker that died in its last attempt leaves one like this.
    if (delivery.attempts > maxAttempts) throw new AttemptFailed(`no answer kept of ${maxAttempts} attempts`, true);
    if (!this.parts.settings.urls.includes(delivery.target)) throw new AttemptFailed('receiver not configured', true);
    const [entry] = await this.parts.reader.after(delivery.seq - 1, 1);
    if (entry?.seq !== delivery.seq) throw new AttemptFailed('event no longer kept', true);
    const { status, retryAfter } = await this.#post(delivery, entry, signal);
    if (status >= 200 && status < 300) return;
    throw new AttemptFailed(`HTTP ${status}`, status === 410, readRetryAfter(retryAfter, this.parts.clock.now()));
  }

  async #post(delivery: ClaimedDelivery, entry: LogEntry, signal: AbortSignal): Promise<WebhookAnswer> {
    const { clock, settings } = this.parts;
    const url = new URL(delivery.target);
    const body = JSON.stringify({ type: entry.type, timestamp: entry.at, data: responderMessage(entry) });
    const timestamp = Math.floor(clock.now().getTime() / 1000);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#limits.requestMs)]);
    try {
      return await postWebhook({
        url,
        addresses: await unlessAborted(checkTarget(url, settings.allowed, settings.resolve), limit),
        headers: {
          'content-type': 'application/json',
          'user-agent': 'naboom-realtime',
          ...signatureHeaders(settings.secret, { id: delivery.id, timestamp, body }),
        },
        body,
        signal: limit,
        maxAnswerBytes: this.#limits.maxAnswerBytes,
      });
    } catch (error) {
      throw new AttemptFailed(limit.aborted ? 'no answer in time' : reasonOf(error));
    }
  }

  async #failed(delivery: ClaimedDelivery, { message, final, askedMs }: AttemptFailed): Promise<DeliveryOutcome> {
    const { deliveries, clock } = this.parts;
    const now = clock.now();
    if (final || delivery.attempts >= this.#limits.maxAttempts) {
      await deliveries.markFailed(delivery, message, now);
      const { id, seq, attempts } = delivery;
      this.#logger.warn(
        { deliveryId: id, seq, attempts, reason: message },
        'a webhook is given up; see `npm run jobs`',
      );
      return 'dead';
    }
    const delay = retryDelay(delivery.attempts, this.#limits, askedMs);
    await deliveries.markFailed(delivery, message, now, new Date(now.getTime() + delay));
    return 'retry';
  }
}

/** A code of Node or of OpenSSL; messages may repeat the URL, and receivers put tokens into those. */
function reasonOf(error: unknown): string {
  if (error instanceof RefusedTarget) return `refused: ${error.message}`;
  return (error as { code?: string }).code ?? 'the connection failed';
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort!);
  }
}
