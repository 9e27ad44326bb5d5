import { Body, Controller, Get, HttpCode, Logger, Post, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { personOf } from '../auth/caller.js';
import { requireMay } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import { InjectClock, type Clock } from '../clock.js';
import { parse } from '../errors/parse.js';
import { DeadLetters, type WhichLetters } from './dead-letters.js';
import { lettersSchema, whichSchema } from './dead-letters.schemas.js';
import type { Letter } from './letter.js';

/** What was given up, for operators. */
@Controller('dead-letters')
export class DeadLettersController {
  readonly #logger = new Logger('DeadLetters');

  constructor(
    private readonly letters: DeadLetters,
    private readonly callers: RequestCaller,
    @InjectClock() private readonly clock: Clock,
  ) {}

  @Get()
  async find(
    @Req() request: FastifyRequest,
    @Query() query: unknown,
  ): Promise<{ items: Letter[]; next: string | null }> {
    await this.#requireOperator(request);
    return this.letters.dead(parse(lettersSchema, query));
  }

  @Post('replay')
  @HttpCode(200)
  async replay(@Req() request: FastifyRequest, @Body() body: unknown): Promise<{ replayed: number }> {
    const by = await this.#requireOperator(request);
    const { length: replayed } = await this.letters.replay(whichOf(body), this.clock.now());
    this.#logger.log({ by, replayed }, 'dead letters replayed');
    return { replayed };
  }

  @Post('drop')
  @HttpCode(200)
  async drop(@Req() request: FastifyRequest, @Body() body: unknown): Promise<{ dropped: number }> {
    const by = await this.#requireOperator(request);
    const dropped = await this.letters.drop(whichOf(body), this.clock.now());
    this.#logger.log({ by, dropped: dropped.map(({ id }) => id) }, 'dead letters dropped');
    return { dropped: dropped.length };
  }

  /** @returns who it is, for the log */
  async #requireOperator(request: FastifyRequest): Promise<string> {
    const caller = await this.callers.callerOf(request);
    requireMay(caller, caller.kind === 'operator');
    return personOf(caller)?.id ?? 'operator key';
  }
}

function whichOf(body: unknown): WhichLetters {
  const which = parse(whichSchema, body);
  return 'ids' in which ? which.ids : 'all';
}
