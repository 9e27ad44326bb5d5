import { Module } from '@nestjs/common';
import { AlertsController } from '../alerts/alerts.controller.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { ApiDocsModule } from '../api-docs/api-docs.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { PagesModule } from '../pages/pages.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';

/** Takes alerts over HTTP and sockets, brings them to the sockets, and serves the pages. */
@Module({
  imports: [AlertsModule, AuthModule, RealtimeModule, PagesModule, ApiDocsModule],
  controllers: [AlertsController],
})
export class ApiModule {}
