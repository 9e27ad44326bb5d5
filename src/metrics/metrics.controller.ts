import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireMay } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { Metrics } from '../observability/metrics.js';

/** The figures of this process, for operators: what they tell of the town is not everybody's. */
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly callers: RequestCaller,
  ) {}

  @Get()
  async scrape(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const caller = await this.callers.callerOf(request);
    requireMay(caller, caller.kind === 'operator');
    const { contentType, text } = await this.metrics.scrape();
    void reply.header('content-type', contentType);
    return text;
  }
}

/** The same without a login, on the port of a worker, which is nobody's but the deployment's. */
@Controller('metrics')
export class PrivateMetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  async scrape(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { contentType, text } = await this.metrics.scrape();
    void reply.header('content-type', contentType);
    return text;
  }
}
