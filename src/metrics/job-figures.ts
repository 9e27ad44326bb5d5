import type { Queue } from 'bullmq';
import type { MetricSource, Samples } from '../observability/metrics.js';
import type { JobWorkers } from '../queues/job-workers.js';

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** What jobs did in this process, and what Redis holds of them; the latter is left out while Redis is away. */
export function jobFigures(
  { counts }: Pick<JobWorkers, 'counts'>,
  queues: ReadonlyMap<string, Pick<Queue, 'getJobCounts'>>,
): MetricSource[] {
  const jobs: MetricSource = {
    name: 'jobs',
    read: (): Samples => ({
      naboom_jobs_finished_total: [
        { labels: { outcome: 'completed' }, value: counts.completed },
        { labels: { outcome: 'failed' }, value: counts.failed },
      ],
    }),
  };
  const waiting: MetricSource = {
    name: 'queues',
    async read(): Promise<Samples> {
      const each = await Promise.all([...queues].map(([name, queue]) => readQueue(name, queue)));
      return { naboom_jobs: each.flat() };
    },
  };
  return [jobs, waiting];
}

async function readQueue(queue: string, jobs: Pick<Queue, 'getJobCounts'>) {
  const counts = await jobs.getJobCounts(...STATES);
  return STATES.map((state) => ({ labels: { queue, state }, value: counts[state] ?? 0 }));
}
