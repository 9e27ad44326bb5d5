import type { Queue } from 'bullmq';
import type { MetricSource, Samples } from '../observability/metrics.js';
import type { JobWorkers } from '../queues/job-workers.js';
import { JOB_STATES, queueCounts } from '../queues/queue-counts.js';

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
      const counts = [...(await queueCounts(queues))];
      return {
        naboom_jobs: counts.flatMap(([queue, of]) =>
          JOB_STATES.map((state) => ({ labels: { queue, state }, value: of[state] })),
        ),
      };
    },
  };
  return [jobs, waiting];
}
