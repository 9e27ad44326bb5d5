import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.js';
import { cookieTokenOf, RequestCaller } from '../auth/request-caller.js';
import { sessionCookie } from '../auth/session-cookie.js';
import { SESSION_DAYS, Sessions } from '../auth/sessions.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { requireWithin } from '../limits/limit-headers.js';
import { REGISTER_LIMIT } from '../limits/limit.js';
import { sourceOf } from '../source-address.js';
import { readCredentials, readRegistration } from './account.schemas.js';
import type { Profile } from './accounts.js';
import { People } from './people.service.js';
import { requireAccount } from './require-account.js';

const COOKIE_SECONDS = SESSION_DAYS * 86_400;

interface SignedIn {
  readonly token: string;
  readonly expiresAt: string;
  readonly user: Profile;
}

/** Accounts and sessions over HTTP. */
@Controller('auth')
export class AuthController {
  readonly #countryCode: string;

  constructor(
    private readonly people: People,
    private readonly sessions: Sessions,
    private readonly callers: RequestCaller,
    @InjectConfig() { env }: Config,
  ) {
    this.#countryCode = env.NABOOM_COUNTRY_CODE;
  }

  /** The same answer for a login that is taken: who is in danger must not be found by it. */
  @Post('register')
  async register(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<{ registered: true }> {
    const registration = readRegistration(body, this.#countryCode);
    requireWithin(reply, [await this.people.limits.take(REGISTER_LIMIT, sourceOf(request.ip))]);
    await this.people.accounts.register(registration);
    return { registered: true };
  }

  @Post('login')
  @HttpCode(200)
  async login(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<SignedIn> {
    const { login, text, password } = readCredentials(body, this.#countryCode);
    const { accounts, loginLimits } = this.people;
    const attempt = await loginLimits.attempt(text, request.ip, () => accounts.authenticate(login, password));
    requireWithin(reply, attempt.states);
    const userId = attempt.outcome;
    if (userId === undefined) throw new AppError('CREDENTIALS_WRONG');
    await this.#endSession(await this.#callerBefore(request));
    const { token, expiresAt } = await this.sessions.start(userId, request.headers['user-agent']);
    // A program without a page keeps the token itself; a foreign page gets no cookie that it could not use either.
    if (this.callers.isFromPage(request)) setCookie(request, reply, token);
    return { token, expiresAt, user: await accounts.profile(userId) };
  }

  @Post('logout')
  @HttpCode(204)
  async logout(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.#endSession(await this.callers.callerOf(request));
    if (request.headers.cookie !== undefined) setCookie(request, reply, '', 0);
  }

  @Get('me')
  async me(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { person, sessionId } = requireAccount(await this.callers.callerOf(request));
    const sessions = await this.sessions.list(person.id);
    const session = sessions.find(({ id }) => id === sessionId);
    if (!session) throw new AppError('UNAUTHENTICATED');
    const cookie = request.headers.authorization === undefined ? cookieTokenOf(request) : undefined;
    // The session is prolonged by use; so must be the cookie that holds it.
    if (cookie !== undefined) setCookie(request, reply, cookie);
    const user = await this.people.accounts.profile(person.id);
    return { user, session: { id: session.id, expiresAt: session.expiresAt } };
  }

  /** Who was signed in on this device; a cookie that a foreign page made travel counts for nothing. */
  async #callerBefore(request: FastifyRequest): Promise<Caller> {
    try {
      return await this.callers.callerOf(request);
    } catch (error) {
      if (error instanceof AppError && error.code === 'CSRF_REFUSED') return { kind: 'anonymous', rejected: true };
      throw error;
    }
  }

  async #endSession(caller: Caller): Promise<void> {
    if (caller.kind !== 'person' && caller.kind !== 'operator') return;
    const { person, sessionId } = caller;
    if (person && sessionId !== undefined) await this.sessions.end({ userId: person.id, only: sessionId });
  }
}

function setCookie(request: FastifyRequest, reply: FastifyReply, token: string, maxAgeS = COOKIE_SECONDS): void {
  void reply.header('set-cookie', sessionCookie(token, { secure: request.protocol === 'https', maxAgeS }));
}
