import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';

/** Follows the log for the receivers, keeps the schedules, and runs the jobs in child processes. */
@Module({ imports: [NotificationsModule, JobWorkersModule] })
export class WorkerModule {}
