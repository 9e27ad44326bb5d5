import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestCaller } from '../auth/request-caller.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { requireWithin } from '../limits/limit-headers.js';
import { CONTACT_LIMIT } from '../limits/limit.js';
import { requireAccount } from '../people/require-account.js';
import type { Contact, NewlyAdded } from './contact.js';
import { addContactSchema, orderContactsSchema, verifyContactSchema } from './contact.schemas.js';
import type { LimitedMessage } from './contact-messages.js';
import { OwnContacts } from './own-contacts.js';

/** How people want to be reached: their own contacts and nobody else's. */
@Controller('auth/me/contacts')
export class ContactsController {
  constructor(
    private readonly own: OwnContacts,
    private readonly callers: RequestCaller,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest) {
    const items = await this.own.contacts.list(await this.#userOf(request));
    return { items, channels: this.own.channels };
  }

  /** 201 for a new one, 200 for one that is there already. */
  @Post()
  async add(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: unknown,
  ): Promise<NewlyAdded> {
    const userId = await this.#userOf(request);
    const wanted = parse(addContactSchema, body);
    requireWithin(reply, [await this.own.limits.take(CONTACT_LIMIT, userId)]);
    const [added] = await this.own.contacts.add(userId, [await this.own.read(wanted)]);
    void reply.status(added!.isNew ? 201 : 200);
    return added!.contact;
  }

  /** The phone and the e-mail address of the account become contacts. */
  @Post('own')
  @HttpCode(200)
  async addOwn(@Req() request: FastifyRequest) {
    const userId = await this.#userOf(request);
    await this.own.contacts.add(userId, await this.own.contacts.loginsOf(userId));
    return { items: await this.own.contacts.list(userId), channels: this.own.channels };
  }

  @Put('order')
  @HttpCode(204)
  async order(@Req() request: FastifyRequest, @Body() body: unknown): Promise<void> {
    const userId = await this.#userOf(request);
    await this.own.contacts.order(userId, parse(orderContactsSchema, body).ids);
  }

  @Post(':id/code')
  @HttpCode(202)
  async sendCode(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<{ deliveryId: string }> {
    const userId = await this.#userOf(request);
    return send(reply, await this.own.messages.code(userId, readId(id), request.ip));
  }

  @Post(':id/test')
  @HttpCode(202)
  async sendTest(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('id') id: string,
  ): Promise<{ deliveryId: string }> {
    const userId = await this.#userOf(request);
    return send(reply, await this.own.messages.test(userId, readId(id)));
  }

  @Post(':id/verify')
  @HttpCode(200)
  async verify(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: unknown): Promise<Contact> {
    const userId = await this.#userOf(request);
    const { code } = parse(verifyContactSchema, body);
    const contact = await this.own.verify(userId, readId(id), code);
    if (!contact) throw new AppError('CODE_WRONG');
    return contact;
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    await this.own.contacts.remove(await this.#userOf(request), readId(id));
  }

  async #userOf(request: FastifyRequest): Promise<string> {
    return requireAccount(await this.callers.callerOf(request)).person.id;
  }
}

async function send(reply: FastifyReply, message: LimitedMessage): Promise<{ deliveryId: string }> {
  requireWithin(reply, message.states);
  return { deliveryId: await message.send() };
}
