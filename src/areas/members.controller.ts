import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayManage } from '../auth/policy.js';
import { RequestCaller, type Manager } from '../auth/request-caller.js';
import type { Role } from '../auth/roles.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { addMemberSchema, setRoleSchema } from './directory.schemas.js';
import { Members, type Member, type WhichUser } from './members.js';
import { readLogin } from '../people/login.js';

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
    const { organisationId } = await this.callers.managerOf(request, 'members:read', id);
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
    const manager = await this.callers.managerOf(request, 'members:change', id);
    const { login, role } = parse(addMemberSchema, body);
    const user = readLogin(login, this.config.env.NABOOM_COUNTRY_CODE);
    if (!user) throw new AppError('REQUEST_INVALID', 'The login is neither an e-mail address nor a phone number');
    const { member, added } = await this.#change(manager, user, role);
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
    const manager = await this.callers.managerOf(request, 'members:change', id);
    const { role } = parse(setRoleSchema, body);
    return (await this.#change(manager, { id: readId(userId) }, role)).member!;
  }

  @Delete(':userId')
  @HttpCode(204)
  async remove(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    const manager = await this.callers.managerOf(request, 'members:change', id);
    await this.#change(manager, { id: readId(userId) }, null);
  }

  /** Who may change the organisation itself may also leave it without a dispatcher: they look after it then. */
  #change({ caller, organisationId }: Manager, user: WhichUser, role: Role | null) {
    const mayLeaveNone = mayManage(caller, 'organisation:change', organisationId);
    return this.members.change({ organisationId, user, role, mayLeaveNone });
  }
}
