import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { InjectClock, type Clock } from '../clock.js';
import type { QueueMap } from '../queues/queue-map.js';
import { within } from '../time-limit.js';
import type { DueDelivery } from './deliveries.js';

/** An add is answered, refused or given up within this; it may still have been done. */
const ADD_MS = 1500;

type NotificationJobs = QueueMap['notifications'];
type NotificationQueue = Queue<NotificationJobs['deliver-webhook'], unknown, keyof NotificationJobs>;

/** Wakes workers for deliveries. Losing a job loses nothing: what is due stands in Postgres. */
@Injectable()
export class DeliveryQueue {
  constructor(
    @InjectQueue('notifications') private readonly queue: NotificationQueue,
    @InjectClock() private readonly clock: Clock,
  ) {}

  /**
   * Adds a job for each delivery; one that has its job waiting gets no second. First attempts go before repeated ones,
   * so that a receiver that is down does not hold up the others.
   * @throws Error within 1.5 s when Redis is away
   */
  async add(due: readonly DueDelivery[]): Promise<void> {
    const now = this.clock.now().getTime();
    const jobs = due.map(({ id, attempts, nextAttemptAt }) => ({
      name: 'deliver-webhook' as const,
      data: { deliveryId: id },
      opts: {
        deduplication: { id: `webhook-${id}` },
        priority: attempts,
        delay: Math.max(0, nextAttemptAt.getTime() - now),
      },
    }));
    await within(ADD_MS, this.queue.addBulk(jobs));
  }
}
