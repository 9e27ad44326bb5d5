import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { GatewayProof } from './gateway-proof.js';
import { InboundController } from './inbound.controller.js';
import { InboundPress } from './inbound-press.js';

/** Panic by SMS and USSD. */
@Module({
  imports: [AlertsModule],
  controllers: [InboundController],
  providers: [
    { provide: GatewayProof, inject: [CONFIG], useFactory: ({ env }: Config) => new GatewayProof(env) },
    {
      provide: InboundPress,
      inject: [AlertsService, CONFIG],
      useFactory: (alerts: AlertsService, { env }: Config) => new InboundPress(alerts, env.NABOOM_COUNTRY_CODE),
    },
  ],
})
export class InboundModule {}
