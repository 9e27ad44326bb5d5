import { createHash } from 'node:crypto';
import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { InjectClock, type Clock } from '../clock.js';
import type { DueJob } from '../queues/due-sweeper.js';
import { within } from '../time-limit.js';
import type { DueDelivery } from './deliveries.js';
import type { AddedNotice } from './notices.js';

/** An add is answered, refused or given up within this; it may still have been done. */
const ADD_MS = 1500;
/**
 * Deliveries of one job. They are posted at once, so this bounds what a receiver gets from one child process in
 * parallel. Worker and job processes need 0.5 ms of CPU a delivery with 25, and 0.9 ms with ten.
 */
const MAX_BATCH = 25;
/** While so many jobs wait for a worker, no delivery gets a further one: it would not be attempted any sooner. */
const ENOUGH_JOBS = 200;

/** Wakes workers for deliveries. Losing a job loses nothing: what is due stands in Postgres. */
@Injectable()
export class DeliveryQueue {
  constructor(
    @InjectQueue('notifications') private readonly receivers: Queue,
    @InjectQueue('messages') private readonly people: Queue,
    @InjectClock() private readonly clock: Clock,
  ) {}

  /**
   * Adds jobs for new deliveries.
   * @throws Error within 1.5 s when Redis is away
   */
  async add(due: readonly DueDelivery[]): Promise<void> {
    await this.#add(due, () => ({}));
  }

  /** As {@link add}, for what was just added for people; it is due at once. */
  async addNotices(added: readonly AddedNotice[]): Promise<void> {
    const now = this.clock.now();
    await this.add(
      added.map(({ id, channel }) => ({ id, channel, kind: 'alert', target: '', attempts: 0, nextAttemptAt: now })),
    );
  }

  /**
   * Adds jobs for deliveries that may have one: the very same deliveries get no second one while the first waits, and
   * others find at their attempt that there is nothing left to do. Errors as of {@link add}.
   */
  async addAgain(due: readonly DueDelivery[]): Promise<void> {
    const free = await this.#queuesWithRoom(new Set(due.map((each) => this.#queueOf(each))));
    await this.#add(
      due.filter((each) => free.has(this.#queueOf(each))),
      (batch) => ({ deduplication: { id: `deliveries-${digestOf(batch)}` } }),
    );
  }

  #queueOf({ kind }: Pick<DueDelivery, 'kind'>): Queue {
    return kind === 'event' ? this.receivers : this.people;
  }

  async #queuesWithRoom(queues: ReadonlySet<Queue>): Promise<Set<Queue>> {
    const free = new Set<Queue>();
    for (const queue of queues) {
      const { waiting = 0, prioritized = 0 } = await within(ADD_MS, queue.getJobCounts('waiting', 'prioritized'));
      if (waiting + prioritized < ENOUGH_JOBS) free.add(queue);
    }
    return free;
  }

  /** First attempts go before repeated ones, so that a receiver that is down does not hold up the others. */
  async #add(due: readonly DueDelivery[], options: (batch: readonly DueDelivery[]) => object): Promise<void> {
    const now = this.clock.now().getTime();
    const jobs = new Map<Queue, Parameters<Queue['addBulk']>[0]>();
    for (const batch of batchesOf(due)) {
      const queue = this.#queueOf(batch[0]!);
      const { job, payload } = jobOf(batch);
      const delay = Math.max(0, ...batch.map(({ nextAttemptAt }) => nextAttemptAt.getTime() - now));
      const opts = { ...options(batch), priority: batch[0]!.attempts, delay };
      jobs.set(queue, [...(jobs.get(queue) ?? []), { name: job, data: payload, opts }]);
    }
    await within(ADD_MS, Promise.all([...jobs].map(([queue, bulk]) => queue.addBulk(bulk))));
  }
}

/** Deliveries of one job: to one receiver, or to people by one channel; attempted as often; a bounded number. */
export function batchesOf(due: readonly DueDelivery[]): DueDelivery[][] {
  const open = new Map<string, DueDelivery[]>();
  const all: DueDelivery[][] = [];
  for (const delivery of due) {
    const { kind, attempts, target, channel } = delivery;
    const key = kind === 'event' ? `${attempts} ${target}` : `${attempts} to people by ${channel}`;
    let batch = open.get(key);
    if (!batch || batch.length === MAX_BATCH) {
      batch = [];
      open.set(key, batch);
      all.push(batch);
    }
    batch.push(delivery);
  }
  return all;
}

/** The job of one batch. */
export function jobOf(batch: readonly DueDelivery[]): DueJob {
  const payload = { deliveryIds: batch.map(({ id }) => id) };
  return { job: batch[0]!.kind === 'event' ? 'deliver-webhooks' : 'send-notifications', payload };
}

function digestOf(batch: readonly DueDelivery[]): string {
  const ids = batch.map(({ id }) => id);
  return createHash('sha256').update(ids.join()).digest('base64url');
}
