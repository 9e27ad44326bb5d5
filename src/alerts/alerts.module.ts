import { Inject, Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { CredentialsModule } from '../auth/credentials.module.js';
import { ReceiptTokens } from '../auth/receipt-tokens.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { AppRedis, InjectRedis, RealtimeRedis, WebsocketRedis } from '../redis/redis.modules.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { AlertLog } from './alert-log.js';
import { AlertPublisher } from './alert-publisher.js';
import { AlertReader } from './alert-reader.js';
import { AlertStream } from './alert-stream.js';
import { AlertsService } from './alerts.service.js';

/** The connections of the three roles that a committed alert goes out by. */
@Injectable()
class AlertRoles {
  constructor(
    @InjectRedis('app') readonly app: RoleConnections,
    @InjectRedis('websocket') readonly websocket: RoleConnections,
    @InjectRedis('realtime') readonly realtime: RoleConnections,
  ) {}
}

/** The alert log and everything that reads or writes it; no HTTP and no socket. */
@Module({
  imports: [AppRedis, WebsocketRedis, RealtimeRedis, DatabaseModule, CredentialsModule],
  providers: [
    AlertRoles,
    { provide: AlertLog, inject: [Database], useFactory: (database: Database) => new AlertLog(database) },
    { provide: AlertReader, inject: [Database], useFactory: (database: Database) => new AlertReader(database) },
    { provide: AlertStream, inject: [AlertRoles], useFactory: ({ realtime }: AlertRoles) => new AlertStream(realtime) },
    {
      provide: AlertPublisher,
      inject: [AlertStream, AlertRoles, AlertLog],
      useFactory: (stream: AlertStream, roles: AlertRoles, log: AlertLog) => {
        const publisher = new AlertPublisher(stream, roles);
        log.onCommit((entries) => publisher.publish(entries));
        return publisher;
      },
    },
    {
      provide: AlertsService,
      inject: [AlertLog, AlertPublisher, ReceiptTokens, CLOCK, CONFIG],
      useFactory: (log: AlertLog, publisher: AlertPublisher, receipts: ReceiptTokens, clock: Clock, { env }: Config) =>
        new AlertsService({ log, publisher, receipts, clock, countryCode: env.NABOOM_COUNTRY_CODE }),
    },
  ],
  exports: [AlertLog, AlertReader, AlertStream, AlertPublisher, AlertsService],
})
export class AlertsModule implements BeforeApplicationShutdown {
  constructor(@Inject(AlertLog) private readonly log: AlertLog) {}

  /** Requests have ended: what they put into the log is committed before any connection closes. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.log.drain();
  }
}
