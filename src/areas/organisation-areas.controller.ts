import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LargeBody } from '../auth/large-body.js';
import { RequestCaller } from '../auth/request-caller.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { maxKmOf } from './area-limit.js';
import { AreaImports, type ImportedFeature } from './area-imports.js';
import { AreaRecords, type Area } from './area-records.js';
import { AREA_BODY, IMPORT_BODY } from './body-limits.js';
import { createAreaSchema, listAreasSchema } from './directory.schemas.js';
import { readGeometry } from './read-geometry.js';

/** The areas of one organisation over HTTP. */
@Controller('organisations/:id/areas')
export class OrganisationAreasController {
  constructor(
    private readonly records: AreaRecords,
    private readonly imports: AreaImports,
    private readonly callers: RequestCaller,
    @InjectConfig() private readonly config: Config,
  ) {}

  /** By name; `?geometry=false` leaves the shapes out. */
  @Get()
  async list(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Query() query: unknown,
  ): Promise<{ items: Area[] }> {
    const { organisationId } = await this.callers.managerOf(request, 'areas:read', id);
    const { geometry } = parse(listAreasSchema, query);
    return { items: await this.records.list(organisationId, { geometry: geometry === 'true' }) };
  }

  @Post()
  @LargeBody({ bodyLimit: AREA_BODY, bodyFrom: 'areas:change' })
  async create(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Area> {
    const manager = await this.callers.managerOf(request, 'areas:change', id);
    const { name, geometry } = parse(createAreaSchema, body);
    const shape = readGeometry(geometry, this.config.env.NABOOM_COUNTRY_CODE, maxKmOf(manager));
    const created = await this.records.create(manager.organisationId, { name, geometry: shape });
    void reply.header('location', `/api/v1/areas/${created.id}`);
    return created;
  }

  /** GeoJSON or KML, whatever the content type says. */
  @Post('import')
  @HttpCode(200)
  @LargeBody({ bodyLimit: IMPORT_BODY, bodyFrom: 'areas:change', bodyAs: 'text' })
  async import(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<{ items: ImportedFeature[] }> {
    const manager = await this.callers.managerOf(request, 'areas:change', id);
    if (typeof body !== 'string' || body === '') {
      throw new AppError('GEOMETRY_INVALID', 'Send the file itself as the body, not as a field of a form');
    }
    return { items: await this.imports.take(manager.organisationId, body, maxKmOf(manager)) };
  }
}
