import { Controller, Get, Header, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readPageFiles } from './page-files.js';
import { PAGE_HEADERS } from './page-headers.js';

/** The page at `/` and its assets. */
@Controller()
export class PagesController {
  readonly #files = readPageFiles();

  @Get()
  index(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#send('index.html', request, reply);
  }

  @Get('assets/:name')
  asset(@Param('name') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#send(name, request, reply);
  }

  @Get('robots.txt')
  @Header('content-type', 'text/plain; charset=utf-8')
  robots(): string {
    return 'User-agent: *\nDisallow: /api/\nDisallow: /health\n';
  }

  /** Always asked again (`no-cache`), mostly answered by 304: an update reaches every phone at its next visit. */
  #send(name: string, request: FastifyRequest, reply: FastifyReply): void {
    const file = this.#files.get(name);
    if (!file) throw new NotFoundException();
    void reply.headers({ ...PAGE_HEADERS, etag: file.etag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
    if (request.headers['if-none-match']?.split(/\s*,\s*/).some((tag) => tag.replace(/^W\//, '') === file.etag)) {
      void reply.status(304).send();
      return;
    }
    const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    if (zipped) void reply.header('content-encoding', 'gzip');
    void reply.type(file.type).send(zipped ? file.gzipped : file.body);
  }
}
