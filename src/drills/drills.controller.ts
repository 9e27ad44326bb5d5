import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answeringActor } from '../auth/caller.js';
import { RequestCaller } from '../auth/request-caller.js';
import { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import type { Drill } from './drill.js';
import { readFacts } from './drill-facts.js';
import { drillReport, type DrillReport } from './drill-report.js';
import { readDrills } from './drill-rows.js';
import { newDrillSchema } from './drill.schemas.js';
import { Drills } from './drills.js';

/** Drills over HTTP, for dispatchers. */
@Controller('organisations/:id/drills')
export class DrillsController {
  constructor(
    private readonly drills: Drills,
    private readonly database: Database,
    private readonly callers: RequestCaller,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: Drill[] }> {
    const { organisationId } = await this.callers.managerOf(request, 'drills:run', id);
    return { items: await this.drills.list(organisationId) };
  }

  @Post()
  async start(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Drill> {
    const { caller, organisationId } = await this.callers.managerOf(request, 'drills:run', id);
    const actor = answeringActor(caller, [organisationId]);
    const drill = await this.drills.start({ organisationId, actor, ...parse(newDrillSchema, body ?? {}) });
    void reply.header('location', `/api/v1/organisations/${organisationId}/drills/${drill.alertId}`);
    return drill;
  }

  /** Whom it reached so far. */
  @Get(':alertId')
  async report(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('alertId') alertId: string,
  ): Promise<DrillReport> {
    const { organisationId } = await this.callers.managerOf(request, 'drills:run', id);
    const [row] = await readDrills(this.database, organisationId, readId(alertId));
    if (!row) throw new AppError('NOT_FOUND', 'There is no such drill');
    return drillReport(await readFacts(this.database, row));
  }
}
