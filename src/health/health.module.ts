import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { CredentialsModule } from '../auth/credentials.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { AppRedis, MonitoringRedis, RealtimeRedis, WebsocketRedis } from '../redis/redis.modules.js';
import { Answerer, HEALTH_ROLE, type HealthRole } from './answerer.js';
import { AppRedisIndicator } from './app-redis.indicator.js';
import { DatabaseIndicator } from './database.indicator.js';
import { Draining } from './draining.js';
import { EscalationIndicator } from './escalation.indicator.js';
import { HealthController } from './health.controller.js';
import { HealthReportService, Probes } from './health-report.service.js';
import { IntakeIndicator } from './intake.indicator.js';
import { MonitoringRedisIndicator } from './monitoring-redis.indicator.js';
import { QueueRedisIndicator } from './queue-redis.indicator.js';
import { READINESS_CHECKS, ReadinessService, type ReadinessCheck } from './readiness.service.js';
import { RealtimeRedisIndicator } from './realtime-redis.indicator.js';
import { toResult, USER_INDICATORS, type UserIndicator } from './user-indicator.js';
import { WebsocketRedisIndicator } from './websocket-redis.indicator.js';

const USERS = [
  AppRedisIndicator,
  QueueRedisIndicator,
  WebsocketRedisIndicator,
  RealtimeRedisIndicator,
  MonitoringRedisIndicator,
];

const READINESS_OF: Record<HealthRole, FactoryProvider<ReadinessCheck[]>> = {
  api: takesAlerts(),
  all: takesAlerts(),
  worker: runsJobs(),
};

/** Alerts need Postgres or Redis, either one alone: the panic button goes away with both. */
function takesAlerts(): FactoryProvider<ReadinessCheck[]> {
  return {
    provide: READINESS_CHECKS,
    inject: [DatabaseIndicator, IntakeIndicator, HealthIndicatorService],
    useFactory: (database: DatabaseIndicator, intake: IntakeIndicator, terminus: HealthIndicatorService) => [
      async () => {
        const health = await database.probe();
        if (health.databaseStatus === 'connected' || !(await intake.probe()).takes) return database.toResult(health);
        return terminus.check('database').up({ ...health, storedBy: 'redis' });
      },
    ],
  };
}

/** Jobs need Postgres and the queue. */
function runsJobs(): FactoryProvider<ReadinessCheck[]> {
  return {
    provide: READINESS_CHECKS,
    inject: [DatabaseIndicator, QueueRedisIndicator, HealthIndicatorService],
    useFactory: (database: DatabaseIndicator, queue: QueueRedisIndicator, terminus: HealthIndicatorService) => [
      () => database.check(),
      async () => toResult(terminus.check('queue'), await queue.probe(), 'down'),
    ],
  };
}

/** `/health` and what stands below it, for a process of the given role. */
@Module({})
export class HealthModule {
  static for(role: HealthRole): DynamicModule {
    return {
      module: HealthModule,
      imports: [
        // We log each change of a status once; Terminus would log every failing request.
        TerminusModule.forRoot({ logger: false }),
        CredentialsModule,
        DatabaseModule,
        AppRedis,
        WebsocketRedis,
        RealtimeRedis,
        MonitoringRedis,
      ],
      controllers: [HealthController],
      providers: [
        ...USERS,
        { provide: USER_INDICATORS, inject: USERS, useFactory: (...users: UserIndicator[]) => users },
        { provide: HEALTH_ROLE, useValue: role },
        READINESS_OF[role],
        DatabaseIndicator,
        EscalationIndicator,
        IntakeIndicator,
        Probes,
        HealthReportService,
        ReadinessService,
        Draining,
        Answerer,
      ],
      exports: [Draining, HealthReportService, Answerer],
    };
  }
}
