import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CallerIdentity } from '../auth/caller-identity.js';
import type { Caller } from '../auth/caller.js';
import { bearerToken } from '../auth/operator-key.js';
import { OriginPolicy } from '../auth/origin-policy.js';
import { requireMay, sightOf, type Sight } from '../auth/policy.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { FormFailureFilter } from '../pages/form-failure.filter.js';
import { PAGE_HEADERS } from '../pages/page-headers.js';
import { renderReceiptPage } from '../pages/receipt-page.js';
import type { Alert } from './alert.js';
import { readAlertId } from './alert-id.js';
import { AlertReader } from './alert-reader.js';
import { acknowledgeSchema, closeSchema, listSchema, timelineSchema } from './alert.schemas.js';
import { messageOf, viewOf, type ResponderView } from './alert-views.js';
import { AlertsService } from './alerts.service.js';
import { bodyOfForm } from './form-press.js';

const FOREIGN_ORIGIN = 'origin: sent from another web site; the alert is stored as unverified';

/** The alerts over HTTP. */
@Controller('emergency/alerts')
export class AlertsController {
  constructor(
    private readonly alerts: AlertsService,
    private readonly reader: AlertReader,
    private readonly identity: CallerIdentity,
    private readonly origins: OriginPolicy,
    @InjectConfig() private readonly config: Config,
  ) {}

  /** Anyone raises; JSON or an HTML form. 201 for a new alert, 200 for one more press or a retry. */
  @Post()
  @UseFilters(FormFailureFilter)
  async raise(@Req() request: FastifyRequest, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { headers } = request;
    const form = body instanceof URLSearchParams ? body : undefined;
    const token = bearerToken(headers.authorization) ?? textOf(form?.get('receiptToken'));
    const { created, answer } = await this.alerts.raise({
      body: form ? bodyOfForm(form) : body,
      caller: await this.identity.identify(token),
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

  /** Responders list; newest first. */
  @Get()
  async list(@Headers('authorization') authorization: string | undefined, @Query() query: unknown) {
    const caller = await this.#caller(authorization);
    requireMay(caller, caller.kind === 'operator');
    const { cursor, ...filter } = parse(listSchema, query);
    const items = await this.reader.list({ ...filter, ...(cursor ? { before: cursor } : {}) });
    const next = items.length === filter.limit ? items.at(-1)!.id : null;
    return { items, next };
  }

  /** One alert, for responders and for its reporter. */
  @Get(':id')
  async one(@Headers('authorization') authorization: string | undefined, @Param('id') id: string) {
    const { alert, sight } = await this.#seen(await this.#caller(authorization), id);
    return viewOf(alert, sight);
  }

  /** What happened to it, in order. */
  @Get(':id/events')
  async events(
    @Headers('authorization') authorization: string | undefined,
    @Param('id') id: string,
    @Query() query: unknown,
  ) {
    const { alert, sight } = await this.#seen(await this.#caller(authorization), id);
    const { cursor, limit } = parse(timelineSchema, query);
    const entries = await this.reader.timeline(alert.id, cursor, limit);
    const items = entries.flatMap((entry) => messageOf(entry, sight) ?? []);
    return { items, next: entries.length === limit ? entries.at(-1)!.seq : null };
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  acknowledge(@Req() request: FastifyRequest, @Param('id') id: string): Promise<ResponderView> {
    return this.#step('acknowledge', id, request);
  }

  @Post(':id/resolve')
  @HttpCode(200)
  resolve(@Req() request: FastifyRequest, @Param('id') id: string): Promise<ResponderView> {
    return this.#step('resolve', id, request);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  cancel(@Req() request: FastifyRequest, @Param('id') id: string): Promise<ResponderView> {
    return this.#step('cancel', id, request);
  }

  async #step(
    type: 'acknowledge' | 'resolve' | 'cancel',
    id: string,
    { headers, body }: FastifyRequest,
  ): Promise<ResponderView> {
    const caller = await this.#caller(headers.authorization);
    requireMay(caller, caller.kind === 'operator');
    const note =
      type === 'acknowledge' ? parse(acknowledgeSchema, body ?? {}).note : parse(closeSchema, body ?? {}).reason;
    return this.alerts.step(type, readAlertId(id), caller, note);
  }

  async #caller(authorization: string | undefined): Promise<Caller> {
    return this.identity.identify(bearerToken(authorization));
  }

  /** The alert, and how much of it the caller sees. Who may see no alert at all is not told which ones there are. */
  async #seen(caller: Caller, id: string): Promise<{ alert: Alert; sight: Sight }> {
    requireMay(caller, caller.kind !== 'anonymous');
    const alert = await this.reader.byId(readAlertId(id));
    const sight = alert && sightOf(caller, alert);
    if (!alert && caller.kind === 'operator') throw new AppError('ALERT_NOT_FOUND');
    requireMay(caller, sight !== undefined);
    return { alert: alert!, sight: sight! };
  }
}

function textOf(value: unknown): string | undefined {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'string' && one !== '' ? one : undefined;
}
