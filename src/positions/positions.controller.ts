import { Controller, Get, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestCaller } from '../auth/request-caller.js';
import { Positions, type Position } from './positions.js';

/** Where an organisation's responders are, for those who send them. */
@Controller('organisations/:id/positions')
export class PositionsController {
  constructor(
    private readonly positions: Positions,
    private readonly callers: RequestCaller,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: Position[] }> {
    const { organisationId } = await this.callers.managerOf(request, 'positions:read', id);
    return { items: await this.positions.of(organisationId) };
  }
}
