import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAppError, toProblem } from './problem.js';

/** Answers every error of the HTTP API as `application/problem+json`; never a stack trace. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const known = toAppError(error);
    if (known.status >= 500)
      this.#logger.error({ code: known.code, err: known.cause ?? known, reqId: request.id }, known.detail);
    if (reply.sent) return;
    if (known.retryAfterSeconds) void reply.header('retry-after', String(known.retryAfterSeconds));
    if (known.status === 401) void reply.header('www-authenticate', 'Bearer realm="naboom"');
    void reply
      .status(known.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(toProblem(known, request.id)));
  }
}
