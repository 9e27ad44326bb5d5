import { Body, Controller, Delete, HttpCode, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { personOf, type Caller } from '../auth/caller.js';
import { LargeBody } from '../auth/large-body.js';
import { mayManage, requireMay, type DirectoryAction } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { maxKmOf } from './area-limit.js';
import { AreaRecords, type Area } from './area-records.js';
import { AREA_BODY } from './body-limits.js';
import { changeAreaSchema } from './directory.schemas.js';
import { Duties } from './duties.js';
import { readGeometry } from './read-geometry.js';

/** One area, and who is on duty there, over HTTP. */
@Controller('areas/:id')
export class AreasController {
  constructor(
    private readonly records: AreaRecords,
    private readonly duties: Duties,
    private readonly callers: RequestCaller,
    @InjectConfig() private readonly config: Config,
  ) {}

  @Put()
  @LargeBody({ bodyLimit: AREA_BODY, bodyFrom: 'areas:change' })
  async change(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown): Promise<Area> {
    const { areaId, ...manager } = await this.#allowed(request, id, 'areas:change');
    const { name, geometry } = parse(changeAreaSchema, body);
    const shape = geometry && readGeometry(geometry, this.config.env.NABOOM_COUNTRY_CODE, maxKmOf(manager));
    return this.records.change(areaId, { ...(name ? { name } : {}), ...(shape ? { geometry: shape } : {}) });
  }

  @Delete()
  @HttpCode(204)
  async remove(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    const { areaId } = await this.#allowed(request, id, 'areas:change');
    await this.records.remove(areaId);
  }

  /** Goes on duty oneself. */
  @Put('duty')
  @HttpCode(204)
  async beginOwn(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    const { caller, areaId } = await this.#allowed(request, id, 'duties:own');
    await this.duties.begin(areaId, ownId(caller));
  }

  @Delete('duty')
  @HttpCode(204)
  async endOwn(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    const { caller, areaId } = await this.#allowed(request, id, 'duties:own');
    await this.duties.end(areaId, ownId(caller));
  }

  @Put('duties/:userId')
  @HttpCode(204)
  async begin(@Req() request: FastifyRequest, @Param('id') id: string, @Param('userId') userId: string): Promise<void> {
    const { areaId } = await this.#allowed(request, id, 'duties:change');
    await this.duties.begin(areaId, readId(userId));
  }

  @Delete('duties/:userId')
  @HttpCode(204)
  async end(@Req() request: FastifyRequest, @Param('id') id: string, @Param('userId') userId: string): Promise<void> {
    const { areaId } = await this.#allowed(request, id, 'duties:change');
    await this.duties.end(areaId, readId(userId));
  }

  /** Who may not change every area is not told which ones there are. */
  async #allowed(request: FastifyRequest, id: string, action: DirectoryAction) {
    const caller = await this.callers.callerOf(request);
    requireMay(caller, caller.kind !== 'anonymous');
    const areaId = readId(id);
    const organisationId = await this.records.organisationOf(areaId);
    requireMay(caller, mayManage(caller, action, organisationId));
    if (organisationId === undefined) throw new AppError('NOT_FOUND', 'There is no such area');
    return { caller, organisationId, areaId };
  }
}

function ownId(caller: Caller): string {
  const person = personOf(caller);
  if (!person) throw new AppError('FORBIDDEN', 'On duty are people with an account: sign in as one');
  return person.id;
}
