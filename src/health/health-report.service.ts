import { Inject, Injectable } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { DatabaseIndicator } from './database.indicator.js';
import { EscalationIndicator, type EscalationHealth } from './escalation.indicator.js';
import { IntakeIndicator, type IntakeHealth } from './intake.indicator.js';
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
  /** Of Redis alone; `unhealthy` with the whole. */
  readonly redis: OverallStatus;
  readonly database: Awaited<ReturnType<DatabaseIndicator['probe']>>;
  readonly users: readonly { readonly indicator: UserIndicator; readonly health: UserHealth }[];
  /** Of the Redis server that monitoring_user sees; undefined while it cannot be asked. */
  readonly figures: ServerFigures | undefined;
  readonly escalation: EscalationHealth;
  /** Commands and logins that Redis refused in the last minute. */
  readonly deniedLately: number;
  readonly intake: IntakeHealth;
}

type Found = Omit<HealthReport, 'overall' | 'redis'>;

/** What is looked at beside the Redis users. */
@Injectable()
export class Probes {
  constructor(
    readonly database: DatabaseIndicator,
    readonly monitoring: MonitoringRedisIndicator,
    readonly escalation: EscalationIndicator,
    readonly intake: IntakeIndicator,
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
    const { database: postgres, monitoring, escalation: audits, intake: pending } = this.probes;
    const [database, users, figures, escalation, intake] = await Promise.all([
      postgres.probe(),
      Promise.all(this.#users.map(async (indicator) => ({ indicator, health: await indicator.probe() }))),
      monitoring.figures(),
      audits.probe(),
      pending.probe(),
    ]);
    const found = { database, users, figures, escalation, intake, deniedLately: monitoring.deniedLately };
    return { ...found, ...(await this.#judge(found)) };
  }

  /**
   * Terminus' judgement: a Redis that fails, an escalation that did not happen, presses that wait for Postgres: they
   * degrade. Where neither Postgres nor Redis takes alerts, that decides.
   */
  async #judge(found: Found): Promise<Pick<HealthReport, 'overall' | 'redis'>> {
    const { database, escalation, intake } = found;
    const redis = this.#ofRedis(found);
    const waiting = this.indicators.check('intake');
    const results = [
      this.#record(database, intake),
      isMoved(intake) ? waiting.up() : waiting.degraded('presses wait for Postgres, or cannot be stored'),
      this.probes.escalation.toResult(escalation, this.indicators.check('escalation')),
      ...redis,
    ];
    const { status } = await runChecks(
      this.terminus,
      results.map((result) => () => Promise.resolve(result)),
    );
    if (status !== 'ok' && status !== 'degraded') return { overall: 'unhealthy', redis: 'unhealthy' };
    const isUp = redis.every((result) => Object.values(result).every((each) => each.status === 'up'));
    return { overall: status === 'ok' ? 'healthy' : 'degraded', redis: isUp ? 'healthy' : 'degraded' };
  }

  #ofRedis({ users, figures, deniedLately }: Found): HealthIndicatorResult[] {
    const server = this.indicators.check('redis_server');
    const denials = this.indicators.check('redis_denials');
    return [
      figures?.problem ? server.degraded(figures.problem) : server.up(),
      deniedLately > 0 ? denials.degraded(denialsText(deniedLately)) : denials.up(),
      ...users.map(({ indicator, health }) => toResult(this.indicators.check(indicator.user), health)),
    ];
  }

  #record(database: HealthReport['database'], { takes }: IntakeHealth): HealthIndicatorResult {
    const isAway = database.databaseStatus !== 'connected';
    return isAway && takes
      ? this.indicators.check('database').degraded('Redis takes the alerts')
      : this.probes.database.toResult(database);
  }
}

function isMoved({ counts }: IntakeHealth): boolean {
  return !counts || counts.pending + counts.refused === 0;
}

/** What operators are told of refusals. */
export function denialsText(count: number): string {
  return `Redis has refused ${count} command(s) or login(s) within a minute: "npm run acl -- log" says whose`;
}
