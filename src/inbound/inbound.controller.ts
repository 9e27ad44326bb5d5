import { Controller, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import { africasTalking } from './africas-talking.js';
import { clickatell } from './clickatell.js';
import { GatewayProof } from './gateway-proof.js';
import { InboundPress } from './inbound-press.js';
import { shownBy } from './shown-by.js';
import type { SmsGateway } from './sms-gateway.js';
import { twilio } from './twilio.js';

const SMS_GATEWAYS: ReadonlyMap<string, SmsGateway> = new Map([
  ['clickatell', clickatell],
  ['africastalking', africasTalking],
  ['twilio', twilio],
]);

interface InboundParams {
  readonly provider?: string;
  readonly secret?: string;
}

/** The addresses that SMS and USSD gateways call. */
@Controller('inbound')
export class InboundController {
  constructor(
    private readonly proof: GatewayProof,
    private readonly press: InboundPress,
  ) {}

  /** A text message raises an alert, or adds to the open one of its sender. */
  @Post(['sms/:provider', 'sms/:provider/:secret'])
  async sms(
    @Req() request: FastifyRequest,
    @Param() { provider = '', secret }: InboundParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gateway = SMS_GATEWAYS.get(provider);
    if (!gateway) throw new AppError('ROUTE_NOT_FOUND');
    const keyOf = this.proof.require(shownBy(request, provider, secret));
    const answer = await this.press.sms(gateway, request.body, keyOf);
    // A delivery report sent to the wrong address must look wrong at the gateway, and raise nothing.
    if (!answer) throw new AppError('REQUEST_INVALID', 'The request holds no message');
    await reply.status(200).header('cache-control', 'no-store').type(answer.type).send(answer.body);
  }

  /** One step of the USSD dialogue, as Africa's Talking asks for it. */
  @Post(['ussd', 'ussd/:secret'])
  async ussd(
    @Req() request: FastifyRequest,
    @Param() { secret }: InboundParams,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const keyOf = this.proof.require(shownBy(request, 'ussd', secret));
    const screen = await this.press.ussd(request.body, keyOf);
    await reply.status(200).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(screen);
  }
}
