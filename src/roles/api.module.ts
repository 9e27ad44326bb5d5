import { Module } from '@nestjs/common';
import { AlertsController } from '../alerts/alerts.controller.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { InboundModule } from '../inbound/inbound.module.js';
import { PagesModule } from '../pages/pages.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';

/** Takes alerts over HTTP, sockets, SMS and USSD, brings them to the sockets, and serves the pages. */
@Module({
  imports: [AlertsModule, AuthModule, InboundModule, RealtimeModule, PagesModule],
  controllers: [AlertsController],
})
export class ApiModule {}
