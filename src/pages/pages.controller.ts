import { Controller, Get, Header, NotFoundException, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readPageFiles } from './page-files.js';
import { sendFile } from './send-file.js';

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

  /** At the top, so that it is in charge of the whole site. */
  @Get('service-worker.js')
  serviceWorker(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#send('service-worker.js', request, reply);
  }

  @Get('robots.txt')
  @Header('content-type', 'text/plain; charset=utf-8')
  robots(): string {
    return 'User-agent: *\nDisallow: /api/\nDisallow: /health\n';
  }

  #send(name: string, request: FastifyRequest, reply: FastifyReply): void {
    const file = this.#files.get(name);
    if (!file) throw new NotFoundException();
    sendFile(file, request, reply);
  }
}
