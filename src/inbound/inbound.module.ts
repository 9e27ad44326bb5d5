import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { ReachLedger } from '../reach/reach-ledger.js';
import { ReachModule } from '../reach/reach.module.js';
import { GatewayProof } from './gateway-proof.js';
import { InboundController } from './inbound.controller.js';
import { InboundPress } from './inbound-press.js';
import { SmsOutcomes } from './sms-outcomes.js';
import { SmsReceiptsController } from './sms-receipts.controller.js';

/** Panic by SMS and USSD; what became of text messages. */
@Module({
  imports: [AlertsModule, DatabaseModule, ReachModule],
  controllers: [InboundController, SmsReceiptsController],
  providers: [
    { provide: GatewayProof, inject: [CONFIG], useFactory: ({ env }: Config) => new GatewayProof(env) },
    {
      provide: InboundPress,
      inject: [AlertsService, CONFIG],
      useFactory: (alerts: AlertsService, { env }: Config) => new InboundPress(alerts, env.NABOOM_COUNTRY_CODE),
    },
    {
      provide: SmsOutcomes,
      inject: [Database, ReachLedger, CLOCK],
      useFactory: (database: Database, ledger: ReachLedger, clock: Clock) =>
        new SmsOutcomes({ database, ledger, clock }),
    },
  ],
})
export class InboundModule {}
