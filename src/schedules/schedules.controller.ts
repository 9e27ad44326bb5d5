import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { personOf } from '../auth/caller.js';
import { mayManage } from '../auth/policy.js';
import { RequestCaller, type Manager } from '../auth/request-caller.js';
import { InjectClock, type Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { readRoster, type Roster } from './duty-roster.js';
import { newOverrideSchema, newShiftSchema, onDutySchema } from './schedule.schemas.js';
import { ShiftOverrides, type OverrideView } from './shift-overrides.js';
import { Shifts, type ShiftView } from './shifts.js';

/** Shifts of an organisation and their exceptions, over HTTP; responders see their own. */
@Controller('organisations/:id')
export class SchedulesController {
  constructor(
    private readonly shifts: Shifts,
    private readonly overrides: ShiftOverrides,
    private readonly database: Database,
    private readonly callers: RequestCaller,
    @InjectClock() private readonly clock: Clock,
  ) {}

  @Get('shifts')
  async listShifts(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: ShiftView[] }> {
    const manager = await this.callers.managerOf(request, 'shifts:read', id);
    return { items: await this.shifts.list(manager.organisationId, onlyOf(manager)) };
  }

  @Post('shifts')
  async addShift(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown): Promise<ShiftView> {
    const { organisationId } = await this.callers.managerOf(request, 'shifts:change', id);
    return this.shifts.add({ organisationId, ...parse(newShiftSchema, body) });
  }

  @Delete('shifts/:shiftId')
  @HttpCode(204)
  async removeShift(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('shiftId') shiftId: string,
  ): Promise<void> {
    const { organisationId } = await this.callers.managerOf(request, 'shifts:change', id);
    await this.shifts.remove(organisationId, readId(shiftId));
  }

  @Get('shift-overrides')
  async listOverrides(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: OverrideView[] }> {
    const manager = await this.callers.managerOf(request, 'shifts:read', id);
    return { items: await this.overrides.list(manager.organisationId, onlyOf(manager)) };
  }

  @Post('shift-overrides')
  async addOverride(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body() body: unknown,
  ): Promise<OverrideView> {
    const { organisationId } = await this.callers.managerOf(request, 'shifts:change', id);
    return this.overrides.add({ organisationId, ...parse(newOverrideSchema, body) });
  }

  @Delete('shift-overrides/:overrideId')
  @HttpCode(204)
  async removeOverride(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('overrideId') overrideId: string,
  ): Promise<void> {
    const { organisationId } = await this.callers.managerOf(request, 'shifts:change', id);
    await this.overrides.remove(organisationId, readId(overrideId));
  }

  /** Now, or at another time as far as shifts and overrides say. */
  @Get('on-duty')
  async onDuty(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: unknown): Promise<Roster> {
    const manager = await this.callers.managerOf(request, 'shifts:read', id);
    const { at = this.clock.now() } = parse(onDutySchema, query);
    return readRoster(this.database, { organisationId: manager.organisationId, at, userId: onlyOf(manager) });
  }
}

/** Whose a caller may see; undefined: everybody's. */
function onlyOf({ caller, organisationId }: Manager): string | undefined {
  return mayManage(caller, 'shifts:change', organisationId) ? undefined : personOf(caller)?.id;
}
