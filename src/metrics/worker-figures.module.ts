import { Inject, Module } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { JobWorkers } from '../queues/job-workers.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';
import { QUEUES, QueuesModule, type Queues } from '../queues/queues.module.js';
import { jobFigures } from './job-figures.js';
import { MetricsModule } from './metrics.module.js';

/** What a worker knows. */
@Module({ imports: [MetricsModule, JobWorkersModule, QueuesModule] })
export class WorkerFiguresModule {
  constructor(
    @Inject(Metrics) metrics: Metrics,
    @Inject(JobWorkers) workers: JobWorkers,
    @Inject(QUEUES) queues: Queues,
  ) {
    for (const source of jobFigures(workers, queues)) metrics.add(source);
  }
}
