import { Module } from '@nestjs/common';
import { AlertLog } from '../alerts/alert-log.js';
import { AlertReader } from '../alerts/alert-reader.js';
import { AlertStream } from '../alerts/alert-stream.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AlertsService } from '../alerts/alerts.service.js';
import { AuthModule } from '../auth/auth.module.js';
import { OriginPolicy } from '../auth/origin-policy.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { WebsocketRedis } from '../redis/redis.modules.js';
import { AccessWatch } from './access-watch.js';
import { CatchUp } from './catch-up.js';
import { ClientAddress } from './client-address.js';
import { HandshakeGate } from './handshake-gate.js';
import { LiveLog } from './live-log.js';
import { PresenceService } from './presence.js';
import { RealtimeGateway } from './realtime.gateway.js';
import { SocketServerParts } from './redis-io.adapter.js';
import { SocketRequests } from './socket-requests.js';
import { SocketSessions } from './socket-sessions.js';

/** Brings the log to the sockets of this process; its server needs `useSocketServer(app)`. */
@Module({
  imports: [AlertsModule, AuthModule, WebsocketRedis],
  providers: [
    SocketServerParts,
    RealtimeGateway,
    {
      provide: HandshakeGate,
      inject: [OriginPolicy],
      useFactory: (origins: OriginPolicy) => new HandshakeGate(origins),
    },
    { provide: PresenceService, inject: [CLOCK], useFactory: (clock: Clock) => new PresenceService(clock) },
    {
      provide: LiveLog,
      inject: [AlertLog, AlertReader, AlertStream],
      useFactory: (log: AlertLog, reader: AlertReader, stream: AlertStream) => new LiveLog({ log, reader, stream }),
    },
    {
      provide: CatchUp,
      inject: [AlertReader, LiveLog, PresenceService],
      useFactory: (reader: AlertReader, live: LiveLog, { sockets }: PresenceService) =>
        new CatchUp({ reader, live, sockets }),
    },
    {
      provide: AccessWatch,
      inject: [DirectoryChanges],
      useFactory: (changes: DirectoryChanges) => new AccessWatch(changes),
    },
    {
      provide: SocketRequests,
      inject: [AlertsService, CLOCK, CONFIG],
      useFactory: (alerts: AlertsService, clock: Clock, { env }: Config) =>
        new SocketRequests(alerts, clock, new ClientAddress(env.NABOOM_TRUSTED_PROXIES)),
    },
    {
      provide: SocketSessions,
      inject: [CatchUp, PresenceService, SocketRequests, AccessWatch],
      useFactory: (catchUp: CatchUp, presence: PresenceService, requests: SocketRequests, access: AccessWatch) =>
        new SocketSessions({ catchUp, presence, requests, access }),
    },
  ],
  exports: [PresenceService],
})
export class RealtimeModule {}
