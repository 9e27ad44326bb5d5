import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OriginPolicy } from '../auth/origin-policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { FormFailureFilter } from '../pages/form-failure.filter.js';
import { PAGE_HEADERS } from '../pages/page-headers.js';
import { renderReceiptPage } from '../pages/receipt-page.js';
import { AlertReading } from './alert-reading.js';
import { readStep, type StepType } from './alert-steps.js';
import { AlertsService, type StepAnswer } from './alerts.service.js';
import { bodyOfForm } from './form-press.js';

const FOREIGN_ORIGIN = 'origin: sent from another web site; the alert is stored as unverified';

/** The alerts over HTTP. */
@Controller('emergency/alerts')
export class AlertsController {
  constructor(
    private readonly alerts: AlertsService,
    private readonly reading: AlertReading,
    private readonly callers: RequestCaller,
    private readonly origins: OriginPolicy,
    @InjectConfig() private readonly config: Config,
  ) {}

  /** Anyone raises; JSON or an HTML form. 201 for a new alert, 200 for one more press or a retry. */
  @Post()
  @UseFilters(FormFailureFilter)
  async raise(@Req() request: FastifyRequest, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { headers } = request;
    const form = body instanceof URLSearchParams ? body : undefined;
    const { created, answer } = await this.alerts.raise({
      body: form ? bodyOfForm(form) : body,
      caller: await this.callers.callerOfPanic(request, textOf(form?.get('receiptToken'))),
      idempotencyKey: textOf(headers['idempotency-key']) ?? textOf(form?.get('idempotencyKey')),
      doubt: this.origins.allows(headers.origin, headers.host) ? undefined : FOREIGN_ORIGIN,
      address: request.ip,
    });
    void reply
      .status(created ? 201 : 200)
      .header('location', `/api/v1/emergency/alerts/${answer.id}`)
      .header('cache-control', 'no-store');
    if (form && headers.accept?.includes('text/html')) {
      const page = renderReceiptPage(answer, this.config.env.NABOOM_TIME_ZONE);
      await reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(page);
    } else {
      await reply.send(answer);
    }
  }

  /** What the caller may list; newest first, each as they see it. */
  @Get()
  async list(@Req() request: FastifyRequest, @Query() query: unknown) {
    return this.reading.list(await this.callers.callerOf(request), query);
  }

  /** One alert, as the caller sees it, and whom it reached. */
  @Get(':id')
  async one(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.reading.one(await this.callers.callerOf(request), id);
  }

  /** What happened to it, in order. */
  @Get(':id/events')
  async events(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: unknown) {
    return this.reading.timeline(await this.callers.callerOf(request), id, query);
  }

  /** Late facts: send first, locate after. */
  @Patch(':id')
  async update(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown) {
    return this.alerts.update(id, await this.callers.callerOf(request), body);
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  acknowledge(@Req() request: FastifyRequest, @Param('id') id: string): Promise<StepAnswer> {
    return this.#step('acknowledge', id, request);
  }

  @Post(':id/respond')
  @HttpCode(200)
  respond(@Req() request: FastifyRequest, @Param('id') id: string): Promise<StepAnswer> {
    return this.#step('respond', id, request);
  }

  @Post(':id/resolve')
  @HttpCode(200)
  resolve(@Req() request: FastifyRequest, @Param('id') id: string): Promise<StepAnswer> {
    return this.#step('resolve', id, request);
  }

  @Post(':id/reopen')
  @HttpCode(200)
  reopen(@Req() request: FastifyRequest, @Param('id') id: string): Promise<StepAnswer> {
    return this.#step('reopen', id, request);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  cancel(@Req() request: FastifyRequest, @Param('id') id: string): Promise<StepAnswer> {
    return this.#step('cancel', id, request);
  }

  async #step(type: StepType, id: string, request: FastifyRequest): Promise<StepAnswer> {
    const caller = await this.callers.callerOf(request);
    return this.alerts.step(id, caller, readStep(type, request.body));
  }
}

function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' && one !== '' ? one : undefined;
}
