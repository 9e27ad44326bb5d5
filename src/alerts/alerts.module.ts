import { Inject, Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { AreasModule } from '../areas/areas.module.js';
import { LiveAreas } from '../areas/live-areas.js';
import { CredentialsModule } from '../auth/credentials.module.js';
import { ReceiptTokens } from '../auth/receipt-tokens.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { Passwords } from '../people/passwords.js';
import { Pins } from '../people/pins.js';
import { AppRedis, InjectRedis, RealtimeRedis, WebsocketRedis } from '../redis/redis.modules.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { AlertLists } from './alert-lists.js';
import { AlertLog } from './alert-log.js';
import { AlertPublisher } from './alert-publisher.js';
import { AlertReader } from './alert-reader.js';
import { AlertReading } from './alert-reading.js';
import { AlertStream } from './alert-stream.js';
import { AlertsService } from './alerts.service.js';
import { CancelPins } from './cancel-pins.js';
import { Intake } from './intake.js';
import { INTAKE_PROVIDERS } from './intake.providers.js';
import { Lanes } from './lanes.js';
import { PendingStream } from './pending-stream.js';
import { PendingTail } from './pending-tail.js';
import { ProvisionalAlerts } from './provisional-alerts.js';
import type { RaiseParts } from './raise-command.js';
import { ReachReader } from './reach-reader.js';

const RAISE_PARTS = Symbol('RaiseParts');
type ReadingParts = [AlertReader, AlertLists, ReachReader, ProvisionalAlerts];
type ServiceParts = [AlertLog, AlertReader, AlertPublisher, ReceiptTokens, CancelPins, TakingParts];

/** What takes presses, and what they are read by. */
@Injectable()
class TakingParts {
  constructor(
    @Inject(RAISE_PARTS) readonly raising: RaiseParts,
    @Inject(Intake) readonly intake: Intake,
    @Inject(ProvisionalAlerts) readonly provisional: ProvisionalAlerts,
  ) {}
}

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
  imports: [AppRedis, WebsocketRedis, RealtimeRedis, DatabaseModule, CredentialsModule, AreasModule],
  providers: [
    AlertRoles,
    TakingParts,
    ...INTAKE_PROVIDERS,
    { provide: AlertLog, inject: [Database], useFactory: (database: Database) => new AlertLog(database) },
    { provide: AlertReader, inject: [Database], useFactory: (database: Database) => new AlertReader(database) },
    { provide: AlertLists, inject: [Database], useFactory: (database: Database) => new AlertLists(database) },
    {
      provide: AlertReading,
      inject: [AlertReader, AlertLists, ReachReader, ProvisionalAlerts],
      useFactory: (...parts: ReadingParts) => new AlertReading(...parts),
    },
    { provide: ReachReader, inject: [Database], useFactory: (database: Database) => new ReachReader(database) },
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
      provide: CancelPins,
      inject: [Database, CLOCK, CONFIG],
      useFactory: (database: Database, clock: Clock, { env }: Config) => {
        // Not those that log in: a flood of logins must not keep anybody waiting who is forced to cancel.
        const accounts = new Pins(database, new Passwords());
        return new CancelPins({ database, operatorKey: env.NABOOM_OPERATOR_KEY, accounts, clock });
      },
    },
    {
      provide: RAISE_PARTS,
      inject: [CLOCK, LiveAreas, Lanes, CONFIG],
      useFactory: (clock: Clock, placing: LiveAreas, lanes: Lanes, { env }: Config): RaiseParts => ({
        clock,
        placing,
        lanes,
        countryCode: env.NABOOM_COUNTRY_CODE,
      }),
    },
    {
      provide: Lanes,
      inject: [CLOCK, CONFIG],
      useFactory: (clock: Clock, { env }: Config) =>
        new Lanes({ perAddress: env.NABOOM_FLOOD_PER_ADDRESS, total: env.NABOOM_FLOOD_TOTAL }, clock),
    },
    {
      provide: AlertsService,
      inject: [AlertLog, AlertReader, AlertPublisher, ReceiptTokens, CancelPins, TakingParts],
      useFactory: (...[log, reader, publisher, receipts, pins, { raising, intake, provisional }]: ServiceParts) =>
        new AlertsService({ log, reader, publisher, receipts, pins, intake, provisional, ...raising }),
    },
  ],
  exports: [
    AlertLog,
    AlertReader,
    AlertReading,
    ReachReader,
    AlertStream,
    AlertPublisher,
    AlertsService,
    CancelPins,
    PendingStream,
    PendingTail,
    ProvisionalAlerts,
  ],
})
export class AlertsModule implements BeforeApplicationShutdown {
  constructor(
    @Inject(AlertLog) private readonly log: AlertLog,
    @Inject(Intake) private readonly intake: Intake,
  ) {}

  /** Requests have ended: what they put into the log is committed before any connection closes. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.intake.stop();
    await this.log.drain();
  }
}
