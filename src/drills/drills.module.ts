import { Module } from '@nestjs/common';
import { AlertLog } from '../alerts/alert-log.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { CLOCK, type Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { Drills } from './drills.js';
import { DrillsController } from './drills.controller.js';

/** Alerts that try out who is reached, over HTTP. */
@Module({
  imports: [AlertsModule, AuthModule, DatabaseModule],
  providers: [
    {
      provide: Drills,
      inject: [Database, AlertLog, CLOCK],
      useFactory: (database: Database, log: AlertLog, clock: Clock) => new Drills({ database, log, clock }),
    },
  ],
  controllers: [DrillsController],
})
export class DrillsModule {}
