import { join } from 'node:path';
import { Inject, Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { DeadJobKeeper } from './dead-job-keeper.js';
import { DeadJobs } from './dead-jobs.js';
import { JobSchedules } from './job-schedules.js';
import { JobWorkers } from './job-workers.js';
import { QUEUES, QueuesModule, type Queues } from './queues.module.js';

/** A file and not an import: what runs jobs is loaded in the child process alone. */
const CHILD_MODULE = join(import.meta.dirname, '../roles/job-process.js');

/** Workers stop before anything that their jobs and results need; Redis and Postgres close afterwards. */
@Injectable()
class JobWorkersLife implements OnModuleInit, OnModuleDestroy {
  constructor(
    @Inject(JobWorkers) private readonly workers: JobWorkers,
    @Inject(JobSchedules) private readonly schedules: JobSchedules,
    @Inject(DeadJobKeeper) private readonly dead: DeadJobKeeper,
  ) {}

  async onModuleInit(): Promise<void> {
    this.workers.onDead((queue, jobId) => this.dead.wake(queue, jobId));
    await this.workers.start();
    this.schedules.start();
    this.dead.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.schedules.stop();
    await Promise.all([this.workers.close(), this.dead.stop()]);
  }
}

/** Runs the jobs of all queues and keeps their schedules; only for a role that works. */
@Module({
  imports: [QueuesModule, DatabaseModule],
  providers: [
    {
      provide: JobWorkers,
      inject: [CONFIG],
      useFactory: (config: Config) => new JobWorkers(config, { childModule: CHILD_MODULE }),
    },
    {
      provide: JobSchedules,
      inject: [QUEUES, JobWorkers, CLOCK, CONFIG],
      useFactory: (queues: Queues, workers: JobWorkers, clock: Clock, { env }: Config) =>
        new JobSchedules({ queues, workers, clock, timeZone: env.NABOOM_TIME_ZONE }),
    },
    {
      provide: DeadJobKeeper,
      inject: [QUEUES, Database, CLOCK],
      useFactory: (queues: Queues, database: Database, clock: Clock) =>
        new DeadJobKeeper({ queues, jobs: new DeadJobs(database), clock }),
    },
    JobWorkersLife,
  ],
  exports: [JobWorkers],
})
export class JobWorkersModule {}
