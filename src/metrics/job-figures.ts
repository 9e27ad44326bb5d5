import type { MetricSource, Samples } from '../observability/metrics.js';
import type { JobWorkers } from '../queues/job-workers.js';

/** What jobs did in this process. */
export function jobFigures({ counts }: Pick<JobWorkers, 'counts'>): MetricSource {
  return {
    name: 'jobs',
    read: (): Samples => ({
      naboom_jobs_finished_total: [
        { labels: { outcome: 'completed' }, value: counts.completed },
        { labels: { outcome: 'failed' }, value: counts.failed },
      ],
    }),
  };
}
