import { Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { SMS_PROVIDERS } from '../config/channel-vars.js';
import { AppError } from '../errors/app-error.js';
import { fieldsOf } from './fields.js';
import { GatewayProof } from './gateway-proof.js';
import { shownBy } from './shown-by.js';
import { SmsOutcomes } from './sms-outcomes.js';
import { readSmsReports } from './sms-reports.js';

/** The addresses that gateways report to what became of text messages. */
@Controller('inbound')
export class SmsReceiptsController {
  constructor(
    private readonly proof: GatewayProof,
    private readonly outcomes: SmsOutcomes,
  ) {}

  /** Also of messages that we do not know, or know no more: a gateway would only send it again. */
  @Post(['sms-receipts/:provider', 'sms-receipts/:provider/:secret'])
  @HttpCode(200)
  async receive(
    @Req() request: FastifyRequest,
    @Param('provider') name: string,
    @Param('secret') secret: string | undefined,
  ): Promise<{ received: true }> {
    const provider = SMS_PROVIDERS.find((known) => known === name);
    if (!provider) throw new AppError('ROUTE_NOT_FOUND');
    this.proof.require(shownBy(request, provider, secret));
    await this.outcomes.note(provider, readSmsReports(provider, request.body, fieldsOf(request.query)('delivery')));
    return { received: true };
  }
}
