import { Controller, Get, Headers, Res } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';
import { bearerToken, OperatorKey } from '../auth/operator-key.js';
import { Answerer } from './answerer.js';
import { overallBody, overallDetailsBody, redisBody, redisDetailsBody } from './health-bodies.js';
import { HealthReportService, type OverallStatus } from './health-report.service.js';
import { ReadinessService } from './readiness.service.js';

const httpStatusOf = (overall: OverallStatus) => (overall === 'unhealthy' ? 503 : 200);

/** Health of the process, of Postgres and of every Redis user; for probes, people and operators. */
@Controller('health')
export class HealthController {
  constructor(
    private readonly reports: HealthReportService,
    private readonly readiness: ReadinessService,
    private readonly answerer: Answerer,
    private readonly operators: OperatorKey,
  ) {}

  /** 200 while an alert can be durably accepted. */
  @Get()
  @HealthCheck()
  async overall(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<object> {
    const report = await this.reports.look();
    void reply.status(httpStatusOf(report.overall));
    const body = this.operators.matches(bearerToken(authorization)) ? overallDetailsBody : overallBody;
    return body(report, this.answerer.now());
  }

  /** The process answers; asks no server. */
  @Get('live')
  @HealthCheck()
  live(): object {
    const { role, version, at } = this.answerer.now();
    return { status: 'ok', role, version, timestamp: at.toISOString() };
  }

  /** 200 exactly when this role can do its work. */
  @Get('ready')
  @HealthCheck()
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthCheckResult> {
    const result = await this.readiness.check();
    void reply.status(result.status === 'ok' ? 200 : 503);
    return result;
  }

  /** Statuses for anyone; figures and reasons for operators. */
  @Get('redis')
  @HealthCheck()
  async redis(
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('authorization') authorization: string | undefined,
  ): Promise<object> {
    const report = await this.reports.look();
    void reply.status(httpStatusOf(report.overall));
    const body = this.operators.matches(bearerToken(authorization)) ? redisDetailsBody : redisBody;
    return body(report, this.answerer.now());
  }
}
