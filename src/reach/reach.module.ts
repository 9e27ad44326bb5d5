import { Inject, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { ReachLedger } from './reach-ledger.js';

/** Whom alerts reached, written down. */
@Module({
  imports: [DatabaseModule],
  providers: [
    { provide: ReachLedger, inject: [Database], useFactory: (database: Database) => new ReachLedger(database) },
  ],
  exports: [ReachLedger],
})
export class ReachModule implements BeforeApplicationShutdown {
  constructor(@Inject(ReachLedger) private readonly ledger: ReachLedger) {}

  /** What was noted is written before the connections close. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.ledger.drain();
  }
}
