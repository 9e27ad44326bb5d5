import { Module } from '@nestjs/common';
import { PendingDrainModule } from '../alerts/pending-drain.module.js';
import { EscalationModule } from '../escalation/escalation.module.js';
import { WorkerFiguresModule } from '../metrics/worker-figures.module.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';

/** Follows the log for the receivers, keeps the schedules, and runs the jobs in child processes. */
@Module({ imports: [PendingDrainModule, NotificationsModule, EscalationModule, JobWorkersModule, WorkerFiguresModule] })
export class WorkerModule {}
