import { Inject, Injectable, Module } from '@nestjs/common';
import { AlertLog } from '../alerts/alert-log.js';
import { AlertReader } from '../alerts/alert-reader.js';
import { AlertReading } from '../alerts/alert-reading.js';
import { AlertStream } from '../alerts/alert-stream.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { PendingTail } from '../alerts/pending-tail.js';
import { ProvisionalAlerts } from '../alerts/provisional-alerts.js';
import { ReachReader } from '../alerts/reach-reader.js';
import { AreasModule } from '../areas/areas.module.js';
import { LiveAreas } from '../areas/live-areas.js';
import { AuthModule } from '../auth/auth.module.js';
import { OriginPolicy } from '../auth/origin-policy.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { Positions } from '../positions/positions.js';
import { PositionsModule } from '../positions/positions.module.js';
import { Pushes } from '../reach/pushes.js';
import { ReachLedger } from '../reach/reach-ledger.js';
import { ReachModule } from '../reach/reach.module.js';
import { WebsocketRedis } from '../redis/redis.modules.js';
import { AccessWatch } from './access-watch.js';
import { Arrivals } from './arrivals.js';
import { CatchUp } from './catch-up.js';
import { ClientAddress } from './client-address.js';
import { HandshakeGate } from './handshake-gate.js';
import { LiveLog } from './live-log.js';
import { PositionNews } from './position-news.js';
import { PresenceService } from './presence.js';
import { ProvisionalNews } from './provisional-news.js';
import { ReachNews } from './reach-news.js';
import { Receipts } from './receipts.js';
import { RealtimeGateway } from './realtime.gateway.js';
import { SocketServerParts } from './redis-io.adapter.js';
import { SocketRequests } from './socket-requests.js';
import { SocketSessions } from './socket-sessions.js';

type ReachNewsDependencies = [ReachLedger, AlertLog, AlertReader, ReachReader, PresenceService];
type RequestsDependencies = [AlertsService, Receipts, PositionNews, Clock, Config];
type SessionsDependencies = [CatchUp, PresenceService, SocketRequests, AccessWatch, SocketNews, Pushes];

/** What sockets are told beside the log. */
@Injectable()
class SocketNews {
  constructor(
    @Inject(PositionNews) readonly positions: PositionNews,
    @Inject(ReachNews) readonly reach: ReachNews,
    @Inject(ProvisionalNews) readonly provisional: ProvisionalNews,
  ) {}
}

/** Brings the log to the sockets of this process; its server needs `useSocketServer(app)`. */
@Module({
  imports: [AlertsModule, AreasModule, AuthModule, PositionsModule, ReachModule, WebsocketRedis],
  providers: [
    Arrivals,
    SocketServerParts,
    RealtimeGateway,
    {
      provide: HandshakeGate,
      inject: [OriginPolicy],
      useFactory: (origins: OriginPolicy) => new HandshakeGate(origins),
    },
    {
      provide: PresenceService,
      inject: [CLOCK, LiveAreas],
      useFactory: (clock: Clock, areas: LiveAreas) => new PresenceService(clock, areas),
    },
    {
      provide: LiveLog,
      inject: [AlertLog, AlertReader, AlertStream],
      useFactory: (log: AlertLog, reader: AlertReader, stream: AlertStream) => new LiveLog({ log, reader, stream }),
    },
    {
      provide: CatchUp,
      inject: [AlertReader, LiveLog, PresenceService, Arrivals],
      useFactory: (reader: AlertReader, live: LiveLog, { sockets }: PresenceService, arrivals: Arrivals) =>
        new CatchUp({ reader, live, sockets, arrivals }),
    },
    {
      provide: AccessWatch,
      inject: [DirectoryChanges],
      useFactory: (changes: DirectoryChanges) => new AccessWatch(changes),
    },
    {
      provide: PositionNews,
      inject: [Positions, PresenceService, CLOCK],
      useFactory: (positions: Positions, { sockets }: PresenceService, clock: Clock) =>
        new PositionNews(positions, sockets, clock),
    },
    {
      provide: ReachNews,
      inject: [ReachLedger, AlertLog, AlertReader, ReachReader, PresenceService],
      useFactory: (...[ledger, log, reader, reach, { sockets }]: ReachNewsDependencies) =>
        new ReachNews({ ledger, log, reader, reach, sockets }),
    },
    SocketNews,
    {
      provide: ProvisionalNews,
      inject: [PendingTail, ProvisionalAlerts, AlertReader, PresenceService],
      useFactory: (tail: PendingTail, alerts: ProvisionalAlerts, reader: AlertReader, { sockets }: PresenceService) =>
        new ProvisionalNews({ tail, alerts, reader, sockets }),
    },
    {
      provide: Receipts,
      inject: [AlertReading, ReachLedger, CLOCK],
      useFactory: (reading: AlertReading, ledger: ReachLedger, clock: Clock) => new Receipts(reading, ledger, clock),
    },
    {
      provide: Pushes,
      inject: [ReachLedger, CLOCK],
      useFactory: (ledger: ReachLedger, clock: Clock) => new Pushes(ledger, clock),
    },
    {
      provide: SocketRequests,
      inject: [AlertsService, Receipts, PositionNews, CLOCK, CONFIG],
      useFactory: (...[alerts, receipts, positions, clock, { env }]: RequestsDependencies) =>
        new SocketRequests({ alerts, receipts, positions }, clock, new ClientAddress(env.NABOOM_TRUSTED_PROXIES)),
    },
    {
      provide: SocketSessions,
      inject: [CatchUp, PresenceService, SocketRequests, AccessWatch, SocketNews, Pushes],
      useFactory: (...[catchUp, presence, requests, access, news, pushes]: SessionsDependencies) => {
        const { positions, reach, provisional } = news;
        return new SocketSessions({ catchUp, presence, requests, access, positions, reach, provisional, pushes });
      },
    },
  ],
  exports: [PresenceService],
})
export class RealtimeModule {}
