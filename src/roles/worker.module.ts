import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';
import { RetentionModule } from '../retention/retention.module.js';

const CHILD_MODULE = join(import.meta.dirname, 'job-process.js');

/** Follows the log for the receivers, keeps the schedules, and runs the jobs in child processes. */
@Module({ imports: [NotificationsModule, RetentionModule, JobWorkersModule.with({ childModule: CHILD_MODULE })] })
export class WorkerModule {}
