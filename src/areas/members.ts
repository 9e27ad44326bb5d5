import type { ClientBase } from 'pg';
import type { Role } from '../auth/roles.js';
import { accessChanged } from '../directory-changes/directory-change.js';
import { AppError } from '../errors/app-error.js';
import { lockOrganisation, writeRole } from './membership-rows.js';
import type { DirectoryParts } from './organisations.js';

/** Somebody in an organisation, as its dispatchers see them. */
export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly role: Role;
  /** Areas of this organisation that they are on duty for. */
  readonly duties: readonly string[];
}

/** A person by what they sign in with, or by id. */
export type WhichUser = { readonly id: string } | { readonly email: string } | { readonly phone: string };

/** A role that somebody shall have, or none (`role` is null). */
export interface MemberChange {
  readonly organisationId: string;
  readonly user: WhichUser;
  readonly role: Role | null;
  /** Who is no member yet becomes one, without being asked. */
  readonly mayAdd: boolean;
  /** The organisation may be left without a dispatcher. */
  readonly mayLeaveNone: boolean;
}

/** Who is what in which organisation. */
export class Members {
  constructor(private readonly parts: Omit<DirectoryParts, 'clock'>) {}

  /** By name. */
  async list(organisationId: string): Promise<Member[]> {
    const { rows } = await this.parts.database.query<Member>({
      name: 'list-members',
      text: `${MEMBERS} order by u.name, u.id`,
      values: [organisationId, null],
    });
    return rows;
  }

  /**
   * Gives somebody a role, or takes it. Who no longer responds is no longer on duty.
   * @throws AppError NOT_FOUND, or FORBIDDEN when nobody would be left to dispatch
   */
  async change({
    organisationId,
    user,
    role,
    mayAdd,
    mayLeaveNone,
  }: MemberChange): Promise<{ member?: Member; added: boolean }> {
    return this.parts.changes.transaction(async (client) => {
      await lockOrganisation(client, organisationId);
      const userId = await findUser(client, user);
      const before = userId === undefined ? undefined : await roleOf(client, organisationId, userId);
      if (before === undefined && (role === null || !mayAdd))
        throw new AppError('NOT_FOUND', 'There is no such member');
      if (userId === undefined) {
        throw new AppError('NOT_FOUND', 'There is no such account; whoever shall be added registers first');
      }
      if (before === 'dispatcher' && role !== 'dispatcher' && !mayLeaveNone) {
        await requireOtherDispatcher(client, organisationId, userId);
      }
      if (role !== before) {
        await writeRole(client, { organisationId, userId, role });
        await accessChanged(client, userId);
      }
      if (role === null) return { added: false };
      const { rows } = await client.query<Member>(MEMBERS, [organisationId, userId]);
      return { member: rows[0]!, added: before === undefined };
    });
  }
}

const MEMBERS = `select u.id as "userId", u.name, u.email, u.phone, m.role,
    coalesce((select json_agg(d.area_id order by d.area_id) from duties d join areas a on a.id = d.area_id
               where d.user_id = u.id and a.organisation_id = $1), '[]') as duties
  from memberships m join users u on u.id = m.user_id
 where m.organisation_id = $1 and ($2::uuid is null or u.id = $2)`;

async function findUser(client: ClientBase, user: WhichUser): Promise<string | undefined> {
  const { id, email, phone }: Partial<Record<'id' | 'email' | 'phone', string>> = user;
  const { rows } = await client.query<{ id: string }>(
    'select id from users where id = $1 or email = $2 or phone = $3',
    [id, email, phone],
  );
  return rows[0]?.id;
}

async function roleOf(client: ClientBase, organisationId: string, userId: string): Promise<Role | undefined> {
  const { rows } = await client.query<{ role: Role }>(
    'select role from memberships where organisation_id = $1 and user_id = $2',
    [organisationId, userId],
  );
  return rows[0]?.role;
}

async function requireOtherDispatcher(client: ClientBase, organisationId: string, userId: string): Promise<void> {
  const { rowCount } = await client.query(
    `select from memberships m join users u on u.id = m.user_id
      where m.organisation_id = $1 and m.user_id <> $2 and m.role = 'dispatcher' and u.disabled_at is null limit 1`,
    [organisationId, userId],
  );
  if (rowCount === 0) throw new AppError('FORBIDDEN', 'The last dispatcher can be taken away by an operator only');
}
