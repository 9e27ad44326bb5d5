import { Inject, Injectable, Module, type DynamicModule } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { Answerer } from '../health/answerer.js';
import { HealthReportService } from '../health/health-report.service.js';
import { Metrics } from '../observability/metrics.js';
import { healthFigures } from './health-figures.js';
import { LedgerFigures } from './ledger-figures.js';
import { postgresFigures } from './postgres-figures.js';

/** The figures of this process, for whoever adds some and whoever tells them. */
@Module({ providers: [Metrics], exports: [Metrics] })
export class MetricsModule {}

@Injectable()
class LedgerOf {
  constructor(
    @Inject(Database) readonly database: Database,
    @Inject(CLOCK) readonly clock: Clock,
  ) {}
}

/** What every process knows: how Postgres and Redis are, and what is due. */
@Module({})
export class SharedFiguresModule {
  constructor(metrics: Metrics, { database, clock }: LedgerOf, reports: HealthReportService, answerer: Answerer) {
    // First, before the others ask: who waits for a connection is not to be our own question.
    metrics.add(postgresFigures(database));
    metrics.add(healthFigures(reports, answerer));
    metrics.add(new LedgerFigures(database, clock));
  }

  /** @param health the health of the same process */
  static of(health: DynamicModule): DynamicModule {
    return { module: SharedFiguresModule, imports: [health, DatabaseModule, MetricsModule], providers: [LedgerOf] };
  }
}
