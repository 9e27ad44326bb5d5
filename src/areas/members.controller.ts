import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../auth/caller.js';
import { mayManage, requireMay, type DirectoryAction } from '../auth/policy.js';
import { RequestCaller } from '../auth/request-caller.js';
import type { Role } from '../auth/roles.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { addMemberSchema, setRoleSchema } from './directory.schemas.js';
import { Members, type Member, type WhichUser } from './members.js';
import { readId } from '../errors/read-id.js';
import { readLogin } from '../people/login.js';

interface Asked {
  readonly caller: Caller;
  readonly organisationId: string;
}

/** Who is in an organisation, over HTTP; dispatchers see and change it. */
@Controller('organisations/:id/members')
export class MembersController {
  constructor(
    private readonly members: Members,
    private readonly callers: RequestCaller,
    @InjectConfig() private readonly config: Config,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: Member[] }> {
    const { organisationId } = await this.#allowed(request, id, 'members:read');
    return { items: await this.members.list(organisationId) };
  }

  /** By e-mail or phone. 201 for a new member, 200 for one whose role this is now. */
  @Post()
  async add(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Member> {
    const asked = await this.#allowed(request, id, 'members:change');
    const { login, role } = parse(addMemberSchema, body);
    const user = readLogin(login, this.config.env.NABOOM_COUNTRY_CODE);
    if (!user) throw new AppError('REQUEST_INVALID', 'The login is neither an e-mail address nor a phone number');
    const { member, added } = await this.#change(asked, user, role);
    void reply.status(added ? 201 : 200);
    return member!;
  }

  @Put(':userId')
  async set(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('userId') userId: string,
    @Body() body: unknown,
  ): Promise<Member> {
    const asked = await this.#allowed(request, id, 'members:change');
    const { role } = parse(setRoleSchema, body);
    return (await this.#change(asked, { id: readId(userId) }, role)).member!;
  }

  @Delete(':userId')
  @HttpCode(204)
  async remove(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    const asked = await this.#allowed(request, id, 'members:change');
    await this.#change(asked, { id: readId(userId) }, null);
  }

  async #allowed(request: FastifyRequest, id: string, action: DirectoryAction): Promise<Asked> {
    const caller = await this.callers.callerOf(request);
    requireMay(caller, mayManage(caller, action, id));
    return { caller, organisationId: readId(id) };
  }

  /** Who may change the organisation itself may also leave it without a dispatcher: they look after it then. */
  #change({ caller, organisationId }: Asked, user: WhichUser, role: Role | null) {
    const mayLeaveNone = mayManage(caller, 'organisation:change', organisationId);
    return this.members.change({ organisationId, user, role, mayLeaveNone });
  }
}
