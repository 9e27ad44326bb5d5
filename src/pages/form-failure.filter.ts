import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toAppError } from '../errors/problem.js';
import { ProblemFilter } from '../errors/problem.filter.js';
import { renderFailurePage } from './failure-page.js';
import { PAGE_HEADERS } from './page-headers.js';

/** A person who pressed a form must not be answered with JSON; everybody else is. */
@Catch()
export class FormFailureFilter implements ExceptionFilter {
  readonly #problems = new ProblemFilter();
  readonly #logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const { body, headers, id } = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (!(body instanceof URLSearchParams) || !headers.accept?.includes('text/html') || reply.sent) {
      // oxlint-disable-next-line promise/valid-params -- a filter's catch, not a promise's
      this.#problems.catch(error, host);
      return;
    }
    const known = toAppError(error);
    this.#logger.error({ code: known.code, err: known.cause ?? known, reqId: id }, known.detail);
    if (known.retryAfterSeconds) void reply.header('retry-after', String(known.retryAfterSeconds));
    void reply
      .status(known.status)
      .headers(PAGE_HEADERS)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(renderFailurePage(body));
  }
}
