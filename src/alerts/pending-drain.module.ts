import { Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { AlertLog } from './alert-log.js';
import { AlertsModule } from './alerts.module.js';
import { CancelPins } from './cancel-pins.js';
import { PendingDrain } from './pending-drain.js';
import { PendingStream } from './pending-stream.js';

/** Moves what Redis took to Postgres: in every process that can, so that any one of them is enough. */
@Module({
  imports: [AlertsModule, DatabaseModule],
  providers: [
    {
      provide: PendingDrain,
      inject: [Database, AlertLog, PendingStream, CancelPins, CLOCK],
      useFactory: (...[database, log, stream, pins, clock]: [Database, AlertLog, PendingStream, CancelPins, Clock]) =>
        new PendingDrain({ database, log, stream, pins, clock }),
    },
  ],
})
export class PendingDrainModule implements OnModuleInit, OnModuleDestroy {
  constructor(@Inject(PendingDrain) private readonly drain: PendingDrain) {}

  onModuleInit(): void {
    this.drain.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.drain.stop();
  }
}
