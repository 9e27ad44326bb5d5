import { Body, Controller, Get, Param, Patch, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { personOf } from '../auth/caller.js';
import { mayManage, requireMay } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { parse } from '../errors/parse.js';
import { changeOrganisationSchema, createOrganisationSchema } from './directory.schemas.js';
import { Organisations, type Organisation } from './organisations.js';

/** The organisations over HTTP. */
@Controller('organisations')
export class OrganisationsController {
  constructor(
    private readonly organisations: Organisations,
    private readonly callers: RequestCaller,
  ) {}

  /** One's own; operators see all. */
  @Get()
  async list(@Req() request: FastifyRequest): Promise<{ items: Organisation[] }> {
    const caller = await this.callers.callerOf(request);
    if (mayManage(caller, 'organisations:read')) return { items: await this.organisations.list() };
    requireMay(caller, caller.kind === 'person');
    const own = personOf(caller)?.memberships.map(({ organisationId }) => organisationId) ?? [];
    return { items: await this.organisations.list(own.filter((id) => mayManage(caller, 'organisations:read', id))) };
  }

  @Post()
  async create(
    @Req() request: FastifyRequest,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Organisation> {
    const caller = await this.callers.callerOf(request);
    requireMay(caller, mayManage(caller, 'organisations:create'));
    const created = await this.organisations.create(parse(createOrganisationSchema, body));
    void reply.header('location', `/api/v1/organisations/${created.id}`);
    return created;
  }

  @Patch(':id')
  async change(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown): Promise<Organisation> {
    const { organisationId } = await this.callers.managerOf(request, 'organisation:change', id);
    return this.organisations.change(organisationId, parse(changeOrganisationSchema, body));
  }
}
