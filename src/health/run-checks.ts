import { ServiceUnavailableException } from '@nestjs/common';
import type { HealthCheckResult, HealthCheckService, HealthIndicatorResult } from '@nestjs/terminus';

/** A Terminus check that reports a failure instead of throwing it. */
export async function runChecks(
  terminus: HealthCheckService,
  checks: readonly (() => Promise<HealthIndicatorResult>)[],
): Promise<HealthCheckResult> {
  try {
    return await terminus.check([...checks]);
  } catch (error) {
    if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
    throw error;
  }
}
