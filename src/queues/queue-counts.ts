import type { Queue } from 'bullmq';
import { within } from '../time-limit.js';

const ANSWER_MS = 1500;
const KEPT_APART = ['waiting', 'prioritized', 'active', 'delayed', 'failed'] as const;
/** Where a job stands; of `failed`, those that are still kept. */
export const JOB_STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** Jobs of one queue by their state. */
export type QueueCounts = Readonly<Record<(typeof JOB_STATES)[number], number>>;

/** How many jobs each queue has, in one question a queue. @throws Error within 1.5 s when Redis is away */
export async function queueCounts<Q extends string>(
  queues: ReadonlyMap<Q, Pick<Queue, 'getJobCounts'>>,
): Promise<ReadonlyMap<Q, QueueCounts>> {
  const counted = [...queues].map(async ([name, queue]): Promise<[Q, QueueCounts]> => {
    const counts = await within(ANSWER_MS, queue.getJobCounts(...KEPT_APART));
    const { waiting = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
    // BullMQ has those with a priority, such as second attempts, apart.
    return [name, { waiting: waiting + prioritized, active, delayed, failed }];
  });
  return new Map(await Promise.all(counted));
}
