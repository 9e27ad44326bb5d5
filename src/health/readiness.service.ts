import { Inject, Injectable } from '@nestjs/common';
import { HealthCheckService, type HealthCheckResult, type HealthIndicatorResult } from '@nestjs/terminus';
import { Draining } from './draining.js';
import { runChecks } from './run-checks.js';

/** The checks that a role's readiness consists of. */
export const READINESS_CHECKS = Symbol('ReadinessChecks');
export type ReadinessCheck = () => Promise<HealthIndicatorResult>;

/** Whether this role can do its work; Terminus' own body says why not. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly terminus: HealthCheckService,
    private readonly draining: Draining,
    @Inject(READINESS_CHECKS) private readonly checks: readonly ReadinessCheck[],
  ) {}

  async check(): Promise<HealthCheckResult> {
    const result = await runChecks(this.terminus, this.checks);
    return this.draining.begun ? { ...result, status: 'shutting_down' } : result;
  }
}
