import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendFile } from '../pages/send-file.js';
import type { ApiDocuments } from './documents.js';

/** The description of the API, for people and for generators of clients. */
@Controller('docs')
export class ApiDocsController {
  #documents: Promise<ApiDocuments> | undefined;

  @Get()
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendFile((await this.#made()).page, request, reply);
  }

  @Get('openapi.json')
  async openApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendFile((await this.#made()).openApi, request, reply);
  }

  @Get('asyncapi.json')
  async asyncApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendFile((await this.#made()).asyncApi, request, reply);
  }

  /** Loaded and made when somebody asks for the first time: a process that nobody asks pays nothing for it. */
  #made(): Promise<ApiDocuments> {
    return (this.#documents ??= import('./documents.js').then(({ makeDocuments }) => makeDocuments()));
  }
}
