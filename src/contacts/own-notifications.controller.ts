import { Body, Controller, Delete, Get, HttpCode, Put, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestCaller } from '../auth/request-caller.js';
import { Database } from '../database/database.js';
import { parse } from '../errors/parse.js';
import { requireAccount } from '../people/require-account.js';
import { ownNotifications } from './own-notifications.js';
import { OwnQuietHours, setQuietHoursSchema, type QuietHoursView } from './own-quiet-hours.js';

/** What people were told, and when they do not want to be. */
@Controller('auth/me')
export class OwnNotificationsController {
  constructor(
    private readonly database: Database,
    private readonly quietHours: OwnQuietHours,
    private readonly callers: RequestCaller,
  ) {}

  @Get('notifications')
  async list(@Req() request: FastifyRequest) {
    return { items: await ownNotifications(this.database, await this.#userOf(request)) };
  }

  @Get('quiet-hours')
  async readQuietHours(@Req() request: FastifyRequest): Promise<QuietHoursView> {
    return this.quietHours.read(await this.#userOf(request));
  }

  @Put('quiet-hours')
  async setQuietHours(@Req() request: FastifyRequest, @Body() body: unknown): Promise<QuietHoursView> {
    const userId = await this.#userOf(request);
    return this.quietHours.set(userId, parse(setQuietHoursSchema, body));
  }

  @Delete('quiet-hours')
  @HttpCode(204)
  async removeQuietHours(@Req() request: FastifyRequest): Promise<void> {
    await this.quietHours.remove(await this.#userOf(request));
  }

  async #userOf(request: FastifyRequest): Promise<string> {
    return requireAccount(await this.callers.callerOf(request)).person.id;
  }
}
