import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import { AlertStream } from '../../src/alerts/alert-stream.js';
import { AlertsService, type RaiseAnswer } from '../../src/alerts/alerts.service.js';
import type { Clock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/config.js';
import { ConfigModule } from '../../src/config/config.module.js';
import { LiveLog } from '../../src/realtime/live-log.js';
import { PresenceService } from '../../src/realtime/presence.js';
import { RealtimeModule } from '../../src/realtime/realtime.module.js';
import { useSocketServer } from '../../src/realtime/redis-io.adapter.js';

export const OPERATOR_KEY = 'operator-key-of-the-socket-tests';

export interface RealtimeNodeOptions {
  /** REDIS_* and DATABASE_URL. */
  readonly env: Readonly<Record<string, string>>;
  /** Entries kept in memory; the product's own number when absent. */
  readonly keep?: number;
  readonly clock?: Clock;
}

/** A listening process of sockets alone: the realtime module on its own port. */
export interface RealtimeNode {
  readonly url: string;
  readonly app: NestFastifyApplication;
  readonly alerts: AlertsService;
  readonly reader: AlertReader;
  readonly presence: PresenceService;
  /** Raises as nobody in particular: a new alert each time. */
  raise(body?: Record<string, unknown>): Promise<RaiseAnswer>;
  close(): Promise<void>;
}

/** Starts a node on a free port. */
export async function startRealtimeNode({ env, keep, clock }: RealtimeNodeOptions): Promise<RealtimeNode> {
  const config = loadConfig({ NABOOM_OPERATOR_KEY: OPERATOR_KEY, ...env });
  const building = Test.createTestingModule({ imports: [ConfigModule.with(config, clock), RealtimeModule] });
  if (keep !== undefined) {
    building.overrideProvider(LiveLog).useFactory({
      inject: [AlertLog, AlertReader, AlertStream],
      factory: (log: AlertLog, reader: AlertReader, stream: AlertStream) => new LiveLog({ log, reader, stream, keep }),
    });
  }
  const module = await building.compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
  useSocketServer(app);
  await app.listen(0, '127.0.0.1');
  const alerts = app.get(AlertsService);
  return {
    app,
    alerts,
    url: await app.getUrl(),
    reader: app.get(AlertReader),
    presence: app.get(PresenceService),
    raise: async (body = {}) => (await alerts.raise({ body, caller: { kind: 'anonymous', rejected: false } })).answer,
    close: () => app.close(),
  };
}
