import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiKeys, type ApiKeySummary } from '../auth/api-keys.js';
import { personOf } from '../auth/caller.js';
import { mayManage, requireMay } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { apiKeySchema } from './account.schemas.js';

/** The keys of an organisation's machines, for its dispatchers. */
@Controller()
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeys,
    private readonly callers: RequestCaller,
  ) {}

  @Get('organisations/:id/api-keys')
  async list(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: ApiKeySummary[] }> {
    const { organisationId } = await this.callers.managerOf(request, 'api-keys:change', id);
    return { items: await this.apiKeys.list(organisationId) };
  }

  /** The key itself is told this once. */
  @Post('organisations/:id/api-keys')
  async create(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown) {
    const { caller, organisationId } = await this.callers.managerOf(request, 'api-keys:change', id);
    const { name, scopes: asked } = parse(apiKeySchema, body);
    const scopes = [...new Set(asked)];
    const created = await this.apiKeys.create({ organisationId, name, scopes, createdBy: personOf(caller)?.id });
    return { id: created.id, name, scopes, key: created.key };
  }

  /** Who may not manage a key is told the same whether there is one or not. */
  @Delete('api-keys/:id')
  @HttpCode(204)
  async revoke(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    const caller = await this.callers.callerOf(request);
    requireMay(caller, caller.kind !== 'anonymous');
    const keyId = readId(id);
    const organisationId = await this.apiKeys.organisationOf(keyId);
    if (organisationId === undefined || !mayManage(caller, 'api-keys:change', organisationId)) {
      throw new AppError('NOT_FOUND', 'There is no such API key');
    }
    await this.apiKeys.revoke(keyId);
  }
}
