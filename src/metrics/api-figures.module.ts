import { Module } from '@nestjs/common';
import { AlertLog } from '../alerts/alert-log.js';
import { AlertPublisher } from '../alerts/alert-publisher.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { Metrics } from '../observability/metrics.js';
import { PresenceService } from '../realtime/presence.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { AlertFigures } from './alert-figures.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsModule } from './metrics.module.js';
import { socketFigures } from './socket-figures.js';

/** What an API process knows, and `/metrics` for operators. */
@Module({ imports: [MetricsModule, AlertsModule, AuthModule, RealtimeModule], controllers: [MetricsController] })
export class ApiFiguresModule {
  constructor(metrics: Metrics, log: AlertLog, publisher: AlertPublisher, presence: PresenceService) {
    metrics.add(new AlertFigures(log, publisher));
    metrics.add(socketFigures(presence.sockets));
  }
}
