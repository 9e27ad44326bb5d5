import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { CLOCK, type Clock } from '../clock.js';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { EscalationController } from './escalation.controller.js';
import { EscalationPolicies } from './escalation-policies.js';

/** Escalation over HTTP: policies, and who was called. */
@Module({
  imports: [AlertsModule, AuthModule, DatabaseModule],
  providers: [
    {
      provide: EscalationPolicies,
      inject: [Database, CLOCK],
      useFactory: (database: Database, clock: Clock) => new EscalationPolicies({ database, clock }),
    },
  ],
  controllers: [EscalationController],
})
export class EscalationHttpModule {}
