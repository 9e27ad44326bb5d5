import { Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { QueuesModule } from '../queues/queues.module.js';
import { PruneSchedule } from './prune-schedule.js';

/** How long what happened is kept. The job itself runs in the workers' children. */
@Module({ imports: [QueuesModule], providers: [PruneSchedule], exports: [PruneSchedule] })
export class RetentionModule implements OnModuleInit, OnModuleDestroy {
  constructor(@Inject(PruneSchedule) private readonly schedule: PruneSchedule) {}

  onModuleInit(): void {
    this.schedule.start();
  }

  onModuleDestroy(): void {
    this.schedule.stop();
  }
}
