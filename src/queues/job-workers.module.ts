import {
  Inject,
  Injectable,
  Module,
  type DynamicModule,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { JobWorkers, type JobWorkersOptions } from './job-workers.js';

/** Workers stop before anything that their jobs and results need; Redis and Postgres close afterwards. */
@Injectable()
class JobWorkersLife implements OnModuleInit, OnModuleDestroy {
  constructor(@Inject(JobWorkers) private readonly workers: JobWorkers) {}

  async onModuleInit(): Promise<void> {
    await this.workers.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.workers.close();
  }
}

/** Runs the jobs of all queues; only for a role that works. */
@Module({})
export class JobWorkersModule {
  static with(options: JobWorkersOptions): DynamicModule {
    const workers = {
      provide: JobWorkers,
      inject: [CONFIG],
      useFactory: (config: Config) => new JobWorkers(config, options),
    };
    return { module: JobWorkersModule, providers: [workers, JobWorkersLife], exports: [JobWorkers] };
  }
}
