import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { mayManage, requireMay } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { operatorSchema, usersSchema } from './account.schemas.js';
import { UserAdministration, type UserSummary } from './user-administration.js';

/** The accounts of the deployment, for operators. */
@Controller('users')
export class UsersController {
  constructor(
    private readonly administration: UserAdministration,
    private readonly callers: RequestCaller,
  ) {}

  @Get()
  async find(
    @Req() request: FastifyRequest,
    @Query() query: unknown,
  ): Promise<{ items: UserSummary[]; next: string | null }> {
    await this.#requireOperator(request);
    const { query: words, limit, cursor } = parse(usersSchema, query);
    const items = await this.administration.find(words, limit, cursor);
    return { items, next: items.length === limit ? items.at(-1)!.id : null };
  }

  @Post(':id/disable')
  @HttpCode(204)
  async disable(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    await this.#requireOperator(request);
    await this.administration.disable(readId(id));
  }

  @Post(':id/enable')
  @HttpCode(204)
  async enable(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    await this.#requireOperator(request);
    await this.administration.enable(readId(id));
  }

  @Put(':id/operator')
  @HttpCode(204)
  async setOperator(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown): Promise<void> {
    await this.#requireOperator(request);
    await this.administration.setOperator(readId(id), parse(operatorSchema, body).operator);
  }

  async #requireOperator(request: FastifyRequest): Promise<void> {
    const caller = await this.callers.callerOf(request);
    requireMay(caller, mayManage(caller, 'users:change'));
  }
}
