import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from './app-error.js';
import { ERRORS } from './error-codes.js';
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
    this.#report(known, request.id);
    if (reply.sent) return;
    if (known.retryAfterSeconds) void reply.header('retry-after', String(known.retryAfterSeconds));
    if (known.status === 401) void reply.header('www-authenticate', 'Bearer realm="naboom"');
    void reply
      .status(known.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(toProblem(known, request.id)));
  }

  /** What may succeed later is one line: an outage must not fill the disk with stacks. */
  #report({ code, status, detail, cause, stack }: AppError, reqId: string): void {
    if (status < 500) return;
    if (!ERRORS[code].retryable || code === 'INTERNAL_ERROR') {
      this.#logger.error({ code, err: cause ?? { stack }, reqId }, detail);
      return;
    }
    const { code: reason, message } = (cause ?? {}) as { code?: string; message?: string };
    this.#logger.warn({ code, reason: reason ?? message, reqId }, detail);
  }
}
