import { Inject, Module } from '@nestjs/common';
import { EscalationModule } from '../escalation/escalation.module.js';
import { jobFigures } from '../metrics/job-figures.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { Metrics } from '../observability/metrics.js';
import { JobWorkers } from '../queues/job-workers.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';
import { QUEUES, QueuesModule, type Queues } from '../queues/queues.module.js';

/** Follows the log for the receivers, keeps the schedules, and runs the jobs in child processes. */
@Module({ imports: [NotificationsModule, EscalationModule, JobWorkersModule, QueuesModule, MetricsModule] })
export class WorkerModule {
  constructor(
    @Inject(Metrics) metrics: Metrics,
    @Inject(JobWorkers) workers: JobWorkers,
    @Inject(QUEUES) queues: Queues,
  ) {
    for (const source of jobFigures(workers, queues)) metrics.add(source);
  }
}
