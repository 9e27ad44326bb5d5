import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestCaller } from '../auth/request-caller.js';
import type { SessionSummary } from '../auth/session.js';
import { Sessions } from '../auth/sessions.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { requireWithin } from '../limits/limit-headers.js';
import { changePasswordSchema, homeAreasSchema, pinsSchema } from './account.schemas.js';
import { People } from './people.service.js';
import { requireAccount } from './require-account.js';

/** What people do with their own accounts. */
@Controller('auth')
export class OwnAccountController {
  constructor(
    private readonly people: People,
    private readonly sessions: Sessions,
    private readonly callers: RequestCaller,
  ) {}

  /** Ends all other sessions: whoever stole the old password is out. */
  @Post('password')
  @HttpCode(204)
  async changePassword(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<void> {
    const { person, sessionId } = await this.#account(request);
    const { current, password } = parse(changePasswordSchema, body);
    await this.#requirePassword(reply, person.id, current);
    await this.people.administration.setPassword(person.id, password, sessionId);
  }

  @Put('pins')
  @HttpCode(204)
  async setPins(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<void> {
    const { person } = await this.#account(request);
    const { password, ...pins } = parse(pinsSchema, body);
    await this.#requirePassword(reply, person.id, password);
    await this.people.pins.set(person.id, pins);
  }

  @Put('home-areas')
  @HttpCode(204)
  async setHomeAreas(@Req() request: FastifyRequest, @Body() body: unknown): Promise<void> {
    const { person } = await this.#account(request);
    await this.people.accounts.setHomeAreas(person.id, parse(homeAreasSchema, body).areas);
  }

  @Get('sessions')
  async listSessions(@Req() request: FastifyRequest): Promise<{ items: (SessionSummary & { current: boolean })[] }> {
    const { person, sessionId } = await this.#account(request);
    const sessions = await this.sessions.list(person.id);
    return { items: sessions.map((session) => ({ ...session, current: session.id === sessionId })) };
  }

  @Delete('sessions/:id')
  @HttpCode(204)
  async endSession(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    const { person } = await this.#account(request);
    const ended = await this.sessions.end({ userId: person.id, only: readId(id) });
    if (ended === 0) throw new AppError('NOT_FOUND', 'There is no such session');
  }

  async #account(request: FastifyRequest) {
    return requireAccount(await this.callers.callerOf(request));
  }

  /** Whoever found an unlocked phone shall not guess the password on it. */
  async #requirePassword(reply: FastifyReply, userId: string, password: string): Promise<void> {
    const { accounts, loginLimits } = this.people;
    const { states, outcome } = await loginLimits.again(
      userId,
      async () => (await accounts.hasPassword(userId, password)) || undefined,
    );
    requireWithin(reply, states);
    if (!outcome) throw new AppError('CREDENTIALS_WRONG', 'The password is wrong');
  }
}
