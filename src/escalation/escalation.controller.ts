import { Body, Controller, Delete, Get, HttpCode, Param, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AlertReading } from '../alerts/alert-reading.js';
import { mayNameReached, requireMay } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { Database } from '../database/database.js';
import { parse } from '../errors/parse.js';
import { readAlertEscalation, type AlertEscalation } from './alert-escalation.js';
import { EscalationPolicies, type HeldPolicy } from './escalation-policies.js';
import { setPolicySchema } from './escalation-policy.js';

/** How an organisation calls its people, and whom it called. */
@Controller()
export class EscalationController {
  constructor(
    private readonly policies: EscalationPolicies,
    private readonly alerts: AlertReading,
    private readonly database: Database,
    private readonly callers: RequestCaller,
  ) {}

  @Get('organisations/:id/escalation')
  async policy(@Req() request: FastifyRequest, @Param('id') id: string): Promise<HeldPolicy> {
    const { organisationId } = await this.callers.managerOf(request, 'escalation:read', id);
    return this.policies.read(organisationId);
  }

  @Put('organisations/:id/escalation')
  async set(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown): Promise<HeldPolicy> {
    const { organisationId } = await this.callers.managerOf(request, 'escalation:change', id);
    return this.policies.set(organisationId, parse(setPolicySchema, body));
  }

  @Delete('organisations/:id/escalation')
  @HttpCode(204)
  async remove(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    const { organisationId } = await this.callers.managerOf(request, 'escalation:change', id);
    await this.policies.remove(organisationId);
  }

  /** For those who may know by name whom the alert reached; its reporter is told nothing, whatever else they are. */
  @Get('emergency/alerts/:id/escalation')
  async ofAlert(@Req() request: FastifyRequest, @Param('id') id: string): Promise<AlertEscalation> {
    const caller = await this.callers.callerOf(request);
    const { alert, sight } = await this.alerts.seen(caller, id);
    requireMay(caller, sight === 'full' && mayNameReached(caller, alert));
    return readAlertEscalation(this.database, alert.id);
  }
}
