import { Controller, Get, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { requireMay } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { AppError } from '../errors/app-error.js';
import { PAGE_HEADERS } from '../pages/page-headers.js';
import { BOARD_PATH } from './board-path.js';
import { QueueBoard } from './queue-board.js';

/** Headers of a request that concern the board; no cookie and no token goes further than here. */
const PASSED = ['accept', 'accept-language', 'if-none-match'] as const;
const ANSWERED = ['content-type', 'etag', 'last-modified'] as const;
/** Its scripts and requests are our own; its styles stand in the page, which says itself where it lies. */
const BOARD_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy':
    "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
};
/** Names with a digest of what they hold. */
const FOR_EVER = /^\/static\/(js|css)\/.*\.[\da-f]{10}\.(js|css)$/;

/** The queues in a browser, for operators. */
@Controller('admin/queues')
export class QueueBoardController {
  constructor(
    private readonly board: QueueBoard,
    private readonly callers: RequestCaller,
  ) {}

  @Get()
  async open(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(request, reply);
  }

  @Get('*')
  async look(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(request, reply);
  }

  @Post('*')
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(request, reply);
  }

  @Put('*')
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(request, reply);
  }

  @Patch('*')
  async patch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#answer(request, reply);
  }

  async #answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const caller = await this.callers.callerOf(request);
    if (caller.kind === 'anonymous' && isNavigation(request)) {
      await reply.redirect('/', 303);
      return;
    }
    requireMay(caller, caller.kind === 'operator');
    refuseForeignPages(request);
    const url = request.url.slice(BOARD_PATH.length);
    const answer = await this.board.ask({
      method: request.method,
      url: url.startsWith('/') ? url : `/${url}`,
      headers: given(request.headers, PASSED),
      body: request.body,
    });
    const cached = FOR_EVER.test(url) ? { 'cache-control': 'private, max-age=31536000, immutable' } : {};
    await reply
      .status(answer.status)
      .headers({ ...given(answer.headers, ANSWERED), ...BOARD_HEADERS, ...cached })
      .send(answer.body);
  }
}

/** Somebody opened the page, as against a script or a program that asks. */
function isNavigation({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html');
}

/** Stricter than elsewhere: no other origin changes queues, be it one that we list. */
function refuseForeignPages({ method, headers }: FastifyRequest): void {
  const { origin, host } = headers;
  if (method === 'GET' || origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()) throw new AppError('CSRF_REFUSED');
}

function given(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] ? [[name, [headers[name]].flat().join(', ')]] : [])),
  );
}
