import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { SchedulesController } from './schedules.controller.js';
import type { ScheduleParts } from './schedule-change.js';
import { ShiftOverrides } from './shift-overrides.js';
import { Shifts } from './shifts.js';

const NEEDS = [Database, DirectoryChanges, CLOCK, CONFIG];

function partsOf(database: Database, changes: DirectoryChanges, clock: Clock, { env }: Config): ScheduleParts {
  return { database, changes, clock, timeZone: env.NABOOM_TIME_ZONE };
}

/** Weekly shifts, their exceptions, and who is on duty, over HTTP. */
@Module({
  imports: [AuthModule, DatabaseModule],
  providers: [
    {
      provide: Shifts,
      inject: NEEDS,
      useFactory: (...needs: Parameters<typeof partsOf>) => new Shifts(partsOf(...needs)),
    },
    {
      provide: ShiftOverrides,
      inject: NEEDS,
      useFactory: (...needs: Parameters<typeof partsOf>) => new ShiftOverrides(partsOf(...needs)),
    },
  ],
  controllers: [SchedulesController],
})
export class SchedulesModule {}
