import { join } from 'node:path';
import { Inject, Module } from '@nestjs/common';
import { jobFigures } from '../metrics/job-figures.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { Metrics } from '../observability/metrics.js';
import { JobWorkers } from '../queues/job-workers.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';
import { RetentionModule } from '../retention/retention.module.js';

const CHILD_MODULE = join(import.meta.dirname, 'job-process.js');

/** Follows the log for the receivers, keeps the schedules, and runs the jobs in child processes. */
@Module({
  imports: [NotificationsModule, RetentionModule, MetricsModule, JobWorkersModule.with({ childModule: CHILD_MODULE })],
})
export class WorkerModule {
  constructor(@Inject(Metrics) metrics: Metrics, @Inject(JobWorkers) workers: JobWorkers) {
    metrics.add(jobFigures(workers));
  }
}
