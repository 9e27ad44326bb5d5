import type { Role } from '../auth/roles.js';
import { accessChanged } from '../directory-changes/directory-change.js';
import { AppError } from '../errors/app-error.js';
import type { Login } from '../people/login.js';
import { lockOrganisation, writeRole } from './membership-rows.js';
import type { DirectoryParts } from './organisations.js';

/** What somebody shall be in an organisation, if they agree. */
export interface NewInvitation {
  readonly organisationId: string;
  readonly login: Login;
  readonly role: Role;
  /** The account of a dispatcher. */
  readonly invitedBy: string;
}

/** Whom organisations ask to be in them. Nobody becomes a member by somebody else's word alone, save an operator's. */
export class Invitations {
  constructor(private readonly parts: DirectoryParts) {}

  /**
   * Asks whoever has this login. It costs as much where there is nobody, or a member: nobody learns of accounts that way.
   * @throws AppError NOT_FOUND for an organisation that there is not
   */
  async invite({ organisationId, login, role, invitedBy }: NewInvitation): Promise<void> {
    const { email, phone }: { email?: string; phone?: string } = login;
    await this.parts.database.transaction(async (client) => {
      // The lock is written too: every commit waits for the disk.
      await lockOrganisation(client, organisationId);
      await client.query({
        name: 'invite',
        text: `insert into invitations (organisation_id, user_id, role, invited_by, created_at)
               select $1, u.id, $2, by.user_id, $3 from users u, memberships by
                where (u.email = $4 or u.phone = $5)
                  and by.organisation_id = $1 and by.user_id = $6 and by.role = 'dispatcher'
                  and not exists (select from memberships m where m.organisation_id = $1 and m.user_id = u.id)
               on conflict (organisation_id, user_id) do update
                  set role = excluded.role, invited_by = excluded.invited_by, created_at = excluded.created_at`,
        values: [organisationId, role, this.parts.clock.now(), email ?? null, phone ?? null, invitedBy],
      });
    });
  }

  /** Makes a member of who was asked. @throws AppError NOT_FOUND */
  async accept(organisationId: string, userId: string): Promise<void> {
    await this.parts.changes.transaction(async (client) => {
      await lockOrganisation(client, organisationId);
      const { rows } = await client.query<{ role: Role }>(
        'delete from invitations where organisation_id = $1 and user_id = $2 returning role',
        [organisationId, userId],
      );
      if (!rows[0]) throw notInvited();
      await writeRole(client, { organisationId, userId, role: rows[0].role });
      await accessChanged(client, userId);
    });
  }

  /** @throws AppError NOT_FOUND */
  async decline(organisationId: string, userId: string): Promise<void> {
    const { rowCount } = await this.parts.database.query({
      name: 'decline-invitation',
      text: 'delete from invitations where organisation_id = $1 and user_id = $2',
      values: [organisationId, userId],
    });
    if (rowCount === 0) throw notInvited();
  }
}

function notInvited(): AppError {
  return new AppError('NOT_FOUND', 'There is no such invitation');
}
