import { createHash } from 'node:crypto';
import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { InjectClock, type Clock } from '../clock.js';
import type { QueueMap } from '../queues/queue-map.js';
import { within } from '../time-limit.js';
import type { DueDelivery } from './deliveries.js';

/** An add is answered, refused or given up within this; it may still have been done. */
const ADD_MS = 1500;
/**
 * Deliveries of one job. They are posted at once, so this bounds what a receiver gets from one child process in
 * parallel. Worker and job processes need 0.5 ms of CPU a delivery with 25, and 0.9 ms with ten.
 */
const MAX_BATCH = 25;
/** While so many jobs wait for a worker, no delivery gets a further one: it would not be attempted any sooner. */
const ENOUGH_JOBS = 200;

type NotificationJobs = QueueMap['notifications'];
type NotificationQueue = Queue<NotificationJobs['deliver-webhooks'], unknown, keyof NotificationJobs>;

/** Wakes workers for deliveries. Losing a job loses nothing: what is due stands in Postgres. */
@Injectable()
export class DeliveryQueue {
  constructor(
    @InjectQueue('notifications') private readonly queue: NotificationQueue,
    @InjectClock() private readonly clock: Clock,
  ) {}

  /**
   * Adds jobs for new deliveries.
   * @throws Error within 1.5 s when Redis is away
   */
  async add(due: readonly DueDelivery[]): Promise<void> {
    await this.#add(batches(due), () => ({}));
  }

  /**
   * Adds jobs for deliveries that may have one: the very same deliveries get no second one while the first waits, and
   * others find at their attempt that there is nothing left to do. Errors as of {@link add}.
   */
  async addAgain(due: readonly DueDelivery[]): Promise<void> {
    const { waiting = 0, prioritized = 0 } = await within(ADD_MS, this.queue.getJobCounts('waiting', 'prioritized'));
    if (waiting + prioritized >= ENOUGH_JOBS) return;
    await this.#add(batches(due), (batch) => ({ deduplication: { id: `webhooks-${digestOf(batch)}` } }));
  }

  /** First attempts go before repeated ones, so that a receiver that is down does not hold up the others. */
  async #add(due: readonly (readonly DueDelivery[])[], options: (batch: readonly DueDelivery[]) => object) {
    const now = this.clock.now().getTime();
    const jobs = due.map((batch) => ({
      name: 'deliver-webhooks' as const,
      data: { deliveryIds: batch.map(({ id }) => id) },
      opts: {
        ...options(batch),
        priority: batch[0]!.attempts,
        delay: Math.max(0, ...batch.map(({ nextAttemptAt }) => nextAttemptAt.getTime() - now)),
      },
    }));
    await within(ADD_MS, this.queue.addBulk(jobs));
  }
}

/** Deliveries to one receiver that were attempted as often, at most {@link MAX_BATCH} together. */
function batches(due: readonly DueDelivery[]): DueDelivery[][] {
  const open = new Map<string, DueDelivery[]>();
  const all: DueDelivery[][] = [];
  for (const delivery of due) {
    const kind = `${delivery.attempts} ${delivery.target}`;
    let batch = open.get(kind);
    if (!batch || batch.length === MAX_BATCH) {
      batch = [];
      open.set(kind, batch);
      all.push(batch);
    }
    batch.push(delivery);
  }
  return all;
}

function digestOf(batch: readonly DueDelivery[]): string {
  const ids = batch.map(({ id }) => id);
  return createHash('sha256').update(ids.join()).digest('base64url');
}
