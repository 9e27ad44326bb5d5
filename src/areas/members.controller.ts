import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { personOf } from '../auth/caller.js';
import { mayManage, requireMay } from '../auth/policy.js';
import { RequestCaller, type Manager } from '../auth/request-caller.js';
import type { Role } from '../auth/roles.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import { parse } from '../errors/parse.js';
import { readId } from '../errors/read-id.js';
import { INVITE_LIMIT } from '../limits/limit.js';
import { requireWithin } from '../limits/limit-headers.js';
import { RateLimits } from '../limits/rate-limits.js';
import { readLogin, type Login } from '../people/login.js';
import { requireAccount } from '../people/require-account.js';
import { addMemberSchema, setRoleSchema } from './directory.schemas.js';
import { Invitations } from './invitations.js';
import { Members, type Member, type WhichUser } from './members.js';

/** Who is in an organisation, over HTTP; dispatchers see and change it. */
@Controller('organisations/:id/members')
export class MembersController {
  constructor(
    private readonly members: Members,
    private readonly invitations: Invitations,
    private readonly limits: RateLimits,
    private readonly callers: RequestCaller,
    @InjectConfig() private readonly config: Config,
  ) {}

  @Get()
  async list(@Req() request: FastifyRequest, @Param('id') id: string): Promise<{ items: Member[] }> {
    const { organisationId } = await this.callers.managerOf(request, 'members:read', id);
    return { items: await this.members.list(organisationId) };
  }

  /**
   * By e-mail or phone. Of operators 201 for a new member, 200 for one whose role this is now. Dispatchers invite: 202, and
   * nothing about who has the login, or whether anybody does.
   */
  @Post()
  async add(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Body() body: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Member | { invited: true }> {
    const manager = await this.callers.managerOf(request, 'members:change', id);
    const { login, role } = parse(addMemberSchema, body);
    const read = readLogin(login, this.config.env.NABOOM_COUNTRY_CODE);
    if (!read) throw new AppError('REQUEST_INVALID', 'The login is neither an e-mail address nor a phone number');
    if (!mayAdd(manager)) {
      requireWithin(reply, [await this.limits.take(INVITE_LIMIT, manager.organisationId)]);
      await this.#invite(manager, read, role);
      void reply.status(202);
      return { invited: true };
    }
    const { member, added } = await this.#change(manager, read, role);
    void reply.status(added ? 201 : 200);
    return member!;
  }

  /** Dispatchers change members; operators make one of anybody. */
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

  /** Everybody may leave. */
  @Delete(':userId')
  @HttpCode(204)
  async remove(
    @Req() request: FastifyRequest,
    @Param('id') id: string,
    @Param('userId') userId: string,
  ): Promise<void> {
    const caller = await this.callers.callerOf(request);
    const isSelf = personOf(caller)?.id === userId.toLowerCase();
    requireMay(caller, mayManage(caller, isSelf ? 'members:leave' : 'members:change', id.toLowerCase()));
    await this.#change({ caller, organisationId: readId(id) }, { id: readId(userId) }, null);
  }

  async #invite({ caller, organisationId }: Manager, login: Login, role: Role): Promise<void> {
    const { person } = requireAccount(caller);
    await this.invitations.invite({ organisationId, login, role, invitedBy: person.id });
  }

  /** Who may change the organisation itself may also leave it without a dispatcher: they look after it then. */
  #change(manager: Manager, user: WhichUser, role: Role | null) {
    const { caller, organisationId } = manager;
    const mayLeaveNone = mayManage(caller, 'organisation:change', organisationId);
    return this.members.change({ organisationId, user, role, mayAdd: mayAdd(manager), mayLeaveNone });
  }
}

function mayAdd({ caller, organisationId }: Manager): boolean {
  return mayManage(caller, 'members:add', organisationId);
}
