import { Inject, Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AlertPublisher } from '../alerts/alert-publisher.js';
import { AlertReader } from '../alerts/alert-reader.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { CLOCK, type Clock } from '../clock.js';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { LogFollower } from '../notifications/log-follower.js';
import { NotificationsModule } from '../notifications/notifications.module.js';
import { DueSweeper } from '../queues/due-sweeper.js';
import { JobWorkers } from '../queues/job-workers.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';
import type { EscalateResult } from './escalate.js';
import { tellEscalated } from './escalation-news.js';
import { EscalationQueue } from './escalation-queue.js';
import { escalationSweeper } from './escalation-sweeper.js';

type SweeperNeeds = [Database, EscalationQueue, JobWorkers, Clock];

/** Who hears at once of what a job has added to the log. */
@Injectable()
class EscalationListeners {
  constructor(
    @Inject(AlertReader) readonly reader: AlertReader,
    @Inject(AlertPublisher) readonly publisher: AlertPublisher,
    @Inject(LogFollower) readonly follower: LogFollower,
    @Inject(EscalationQueue) readonly queue: EscalationQueue,
  ) {}
}

/** Sees to it that alerts escalate; only for a role that works. Its reader is one of the log's followers. */
@Module({
  imports: [AlertsModule, DatabaseModule, NotificationsModule, JobWorkersModule],
  providers: [
    EscalationListeners,
    {
      provide: DueSweeper,
      inject: [Database, EscalationQueue, JobWorkers, CLOCK],
      useFactory: (...[database, queue, runner, clock]: SweeperNeeds) =>
        escalationSweeper({ database, queue, runner, clock }),
    },
  ],
})
export class EscalationModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    @Inject(DueSweeper) private readonly sweeper: DueSweeper<unknown>,
    @Inject(JobWorkers) private readonly workers: JobWorkers,
    @Inject(EscalationListeners) private readonly listeners: EscalationListeners,
  ) {}

  onModuleInit(): void {
    // Postgres or Redis is away: the follower and the sweeper do it a second later.
    const tell = (result: EscalateResult) => void tellEscalated(result, this.listeners).catch(() => undefined);
    this.workers.onResult('escalate', tell);
    this.sweeper.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.sweeper.stop();
  }
}
