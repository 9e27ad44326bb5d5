import { Inject, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { DirectoryChangesModule } from '../directory-changes/directory-changes.module.js';
import { AreaRecords } from './area-records.js';
import { Duties } from './duties.js';
import { Invitations } from './invitations.js';
import { LiveAreas } from './live-areas.js';
import { Members } from './members.js';
import { Organisations } from './organisations.js';

type Needs = [Database, DirectoryChanges, Clock, Config];
const NEEDS = [Database, DirectoryChanges, CLOCK, CONFIG];

/** Organisations, their areas, and where an alert belongs; no HTTP. */
@Module({
  imports: [DatabaseModule, DirectoryChangesModule],
  providers: [
    {
      provide: Organisations,
      inject: NEEDS,
      useFactory: (...[database, changes, clock, { env }]: Needs) =>
        new Organisations({ database, changes, clock, timeZone: env.NABOOM_TIME_ZONE }),
    },
    {
      provide: Members,
      inject: NEEDS,
      useFactory: (...[database, changes]: Needs) => new Members({ database, changes }),
    },
    {
      provide: Invitations,
      inject: NEEDS,
      useFactory: (...[database, changes, clock]: Needs) => new Invitations({ database, changes, clock }),
    },
    {
      provide: Duties,
      inject: NEEDS,
      useFactory: (...[, changes, clock]: Needs) => new Duties({ changes, clock }),
    },
    {
      provide: AreaRecords,
      inject: NEEDS,
      useFactory: (...[database, changes, clock]: Needs) => new AreaRecords({ database, changes, clock }),
    },
    {
      provide: LiveAreas,
      inject: [AreaRecords, DirectoryChanges, CONFIG],
      useFactory: (records: AreaRecords, changes: DirectoryChanges, { env }: Config) =>
        new LiveAreas({ records, changes, nearestKm: env.NABOOM_NEAREST_KM }),
    },
  ],
  exports: [Organisations, Members, Invitations, Duties, AreaRecords, LiveAreas],
})
export class AreasModule implements OnModuleInit, OnModuleDestroy {
  constructor(@Inject(LiveAreas) private readonly live: LiveAreas) {}

  async onModuleInit(): Promise<void> {
    await this.live.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.live.stop();
  }
}
