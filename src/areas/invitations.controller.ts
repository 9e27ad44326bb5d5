import { Controller, Delete, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestCaller } from '../auth/request-caller.js';
import { readId } from '../errors/read-id.js';
import { requireAccount } from '../people/require-account.js';
import { Invitations } from './invitations.js';

/** What somebody answers who is asked to be in an organisation. `GET /auth/me` tells who asks. */
@Controller('auth/invitations/:organisationId')
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly callers: RequestCaller,
  ) {}

  @Post('accept')
  @HttpCode(204)
  async accept(@Req() request: FastifyRequest, @Param('organisationId') organisationId: string): Promise<void> {
    const { person } = requireAccount(await this.callers.callerOf(request));
    await this.invitations.accept(readId(organisationId), person.id);
  }

  @Delete()
  @HttpCode(204)
  async decline(@Req() request: FastifyRequest, @Param('organisationId') organisationId: string): Promise<void> {
    const { person } = requireAccount(await this.callers.callerOf(request));
    await this.invitations.decline(readId(organisationId), person.id);
  }
}
