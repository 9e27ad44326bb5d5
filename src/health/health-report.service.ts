import { Inject, Injectable } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { DatabaseIndicator } from './database.indicator.js';
import { EscalationIndicator, type EscalationHealth } from './escalation.indicator.js';
import { MonitoringRedisIndicator } from './monitoring-redis.indicator.js';
import { runChecks } from './run-checks.js';
import type { ServerFigures } from './server-figures.js';
import type { UserHealth } from './user-health.js';
import { toResult, USER_INDICATORS, type UserIndicator } from './user-indicator.js';

export type OverallStatus = 'healthy' | 'degraded' | 'unhealthy';

/** Everything that one look at the system found. */
export interface HealthReport {
  /** `unhealthy` only when no alert can be durably accepted. */
  readonly overall: OverallStatus;
  readonly database: Awaited<ReturnType<DatabaseIndicator['probe']>>;
  readonly users: readonly { readonly indicator: UserIndicator; readonly health: UserHealth }[];
  /** Of the Redis server that monitoring_user sees; undefined while it cannot be asked. */
  readonly figures: ServerFigures | undefined;
  readonly escalation: EscalationHealth;
  /** Commands and logins that Redis refused in the last minute. */
  readonly deniedLately: number;
}

type Found = Omit<HealthReport, 'overall'>;

/** What is looked at beside the Redis users. */
@Injectable()
export class Probes {
  constructor(
    readonly database: DatabaseIndicator,
    readonly monitoring: MonitoringRedisIndicator,
    readonly escalation: EscalationIndicator,
  ) {}
}

/** Looks at Postgres, at every Redis user and at what the auditor of escalations found. */
@Injectable()
export class HealthReportService {
  readonly #users: readonly UserIndicator[];

  constructor(
    private readonly terminus: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly probes: Probes,
    @Inject(USER_INDICATORS) users: readonly UserIndicator[],
  ) {
    this.#users = users.filter(({ reported }) => reported);
  }

  async look(): Promise<HealthReport> {
    const { database: postgres, monitoring, escalation: audits } = this.probes;
    const [database, users, figures, escalation] = await Promise.all([
      postgres.probe(),
      Promise.all(this.#users.map(async (indicator) => ({ indicator, health: await indicator.probe() }))),
      monitoring.figures(),
      audits.probe(),
    ]);
    const found = { database, users, figures, escalation, deniedLately: monitoring.deniedLately };
    return { ...found, overall: await this.#judge(found) };
  }

  /** Terminus' judgement: a Redis that fails, or an escalation that did not happen, degrades; Postgres decides. */
  async #judge({ database, users, figures, escalation, deniedLately }: Found): Promise<OverallStatus> {
    const server = this.indicators.check('redis_server');
    const denials = this.indicators.check('redis_denials');
    const results = [
      this.probes.database.toResult(database),
      this.probes.escalation.toResult(escalation, this.indicators.check('escalation')),
      figures?.problem ? server.degraded(figures.problem) : server.up(),
      deniedLately > 0 ? denials.degraded(denialsText(deniedLately)) : denials.up(),
      ...users.map(({ indicator, health }) => toResult(this.indicators.check(indicator.user), health)),
    ];
    const { status } = await runChecks(
      this.terminus,
      results.map((result) => () => Promise.resolve(result)),
    );
    if (status === 'ok') return 'healthy';
    return status === 'degraded' ? 'degraded' : 'unhealthy';
  }
}

/** What operators are told of refusals. */
export function denialsText(count: number): string {
  return `Redis has refused ${count} command(s) or login(s) within a minute: "npm run acl -- log" says whose`;
}
