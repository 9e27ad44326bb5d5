import { within } from '../time-limit.js';
import type { QueueName } from './queue-map.js';
import type { Queues } from './queues.module.js';

const ANSWER_MS = 1500;
const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;

/** Jobs of one queue by their state; of `completed` and `failed`, those that are still kept. */
export type QueueCounts = Readonly<Record<(typeof STATES)[number], number>>;

/** How many jobs each queue has, in one question a queue. @throws Error within 1.5 s when Redis is away */
export async function queueCounts(queues: Queues): Promise<ReadonlyMap<QueueName, QueueCounts>> {
  const counted = [...queues].map(async ([name, queue]): Promise<[QueueName, QueueCounts]> => {
    const counts = await within(ANSWER_MS, queue.getJobCounts(...STATES));
    return [name, Object.fromEntries(STATES.map((state) => [state, counts[state] ?? 0])) as QueueCounts];
  });
  return new Map(await Promise.all(counted));
}
