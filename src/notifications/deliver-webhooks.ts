import { Logger } from '../observability/nest-log.js';
import type { LogEntry } from '../alerts/alert.js';
import { responderMessage } from '../alerts/alert-views.js';
import type { Clock } from '../clock.js';
import type { JobHandler } from '../queues/job-handler.js';
import type { JobPayload } from '../queues/queue-map.js';
import type { ClaimedDelivery, Deliveries } from './deliveries.js';
import { unlessAborted } from '../unless-aborted.js';
import { GroupedWrites } from './grouped-writes.js';
import { readRetryAfter, RETRY_LIMITS, retryDelay, type RetryLimits } from './retry-delay.js';
import { postWebhook, type WebhookAnswer } from './webhook-request.js';
import { signatureHeaders } from './webhook-signature.js';
import { checkTarget, RefusedTarget, type AllowedHosts, type CheckedAddress, type Resolve } from './webhook-target.js';

/** Limits of one delivery; times in ms. */
export interface DeliveryLimits extends RetryLimits {
  /** Name look-up, connection, headers and body together. */
  readonly requestMs: number;
  /**
   * A worker that died holds a delivery no longer than this: longer than an attempt takes while Postgres answers within a
   * second or two. When it does not, the delivery may be posted again.
   */
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
  readonly clock: Clock;
  readonly settings: WebhookSettings;
  readonly limits?: DeliveryLimits;
}

/** How many deliveries of a job came to what; those that were not due were somebody else's. */
export interface DeliveryOutcomes {
  delivered: number;
  retry: number;
  dead: number;
  notDue: number;
}

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

/** What the attempts of one job share. */
interface Shared {
  /** Ends them all: they began together. */
  readonly limit: AbortSignal;
  /** Checks a receiver once for all of them. */
  readonly addressesOf: (target: string) => Promise<readonly CheckedAddress[]>;
}

/** The job `deliver-webhooks`: one attempt each to post events to a receiver. The results stand in `deliveries`. */
export class DeliverWebhooks implements JobHandler<'deliver-webhooks'> {
  readonly job = 'deliver-webhooks';
  readonly #logger = new Logger('Webhooks');
  readonly #limits: DeliveryLimits;

  constructor(private readonly parts: Parts) {
    this.#limits = parts.limits ?? DELIVERY_LIMITS;
  }

  async run({ deliveryIds }: JobPayload<'deliver-webhooks'>, signal: AbortSignal): Promise<DeliveryOutcomes> {
    const { deliveries, clock } = this.parts;
    const claimed = await deliveries.claim(deliveryIds, clock.now(), this.#limits.leaseMs);
    const outcomes = { delivered: 0, retry: 0, dead: 0, notDue: deliveryIds.length - claimed.length };
    const delivered = new GroupedWrites<string>((ids) => deliveries.markDelivered(ids, clock.now()));
    const shared = this.#shared(signal);
    const settled = await Promise.allSettled(
      claimed.map(async (delivery) => {
        const failure = await this.#attempt(delivery, shared).then(() => undefined, attemptFailure);
        if (failure) outcomes[await this.#failed(delivery, failure)] += 1;
        else {
          await delivered.add(delivery.id);
          outcomes.delivered += 1;
        }
      }),
    );
    // Postgres: their leases end and they are tried again.
    for (const one of settled) if (one.status === 'rejected') throw one.reason;
    return outcomes;
  }

  #shared(signal: AbortSignal): Shared {
    const { settings } = this.parts;
    const checks = new Map<string, Promise<readonly CheckedAddress[]>>();
    return {
      limit: AbortSignal.any([signal, AbortSignal.timeout(this.#limits.requestMs)]),
      addressesOf(target) {
        const check = checks.get(target) ?? checkTarget(new URL(target), settings.allowed, settings.resolve);
        checks.set(target, check);
        return check;
      },
    };
  }

  async #attempt(delivery: ClaimedDelivery, shared: Shared): Promise<void> {
    const { maxAttempts } = this.#limits;
    const { attempts, target, entry } = delivery;
    // Only a worker that died in its last attempt leaves one like this.
    if (attempts > maxAttempts) throw new AttemptFailed(`no answer kept of ${maxAttempts} attempts`, true);
    if (!this.parts.settings.urls.includes(target)) throw new AttemptFailed('receiver not configured', true);
    if (!entry) throw new AttemptFailed('event no longer kept', true);
    const { status, retryAfter } = await this.#post(delivery, entry, shared);
    if (status >= 200 && status < 300) return;
    throw new AttemptFailed(`HTTP ${status}`, status === 410, readRetryAfter(retryAfter, this.parts.clock.now()));
  }

  async #post(delivery: ClaimedDelivery, entry: LogEntry, { limit, addressesOf }: Shared): Promise<WebhookAnswer> {
    const { clock, settings } = this.parts;
    const body = JSON.stringify({ type: entry.type, timestamp: entry.at, data: responderMessage(entry) });
    const timestamp = Math.floor(clock.now().getTime() / 1000);
    try {
      return await postWebhook({
        url: new URL(delivery.target),
        addresses: await unlessAborted(addressesOf(delivery.target), limit),
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

  async #failed(delivery: ClaimedDelivery, { message, final, askedMs }: AttemptFailed): Promise<'dead' | 'retry'> {
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

/** The reason of a failed attempt; what is none is Postgres' trouble and goes on up. */
function attemptFailure(error: unknown): AttemptFailed {
  if (error instanceof AttemptFailed) return error;
  throw error;
}

/** A code of Node or of OpenSSL; messages may repeat the URL, and receivers put tokens into those. */
function reasonOf(error: unknown): string {
  if (error instanceof RefusedTarget) return `refused: ${error.message}`;
  return (error as { code?: string }).code ?? 'the connection failed';
}
