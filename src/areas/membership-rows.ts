import type { ClientBase } from 'pg';
import type { Role } from '../auth/roles.js';
import { AppError } from '../errors/app-error.js';

/** One change at a time in an organisation: two dispatchers must not remove each other. @throws AppError NOT_FOUND */
export async function lockOrganisation(client: ClientBase, organisationId: string): Promise<void> {
  const { rowCount } = await client.query('select from organisations where id = $1 for no key update', [
    organisationId,
  ]);
  if (rowCount === 0) throw new AppError('NOT_FOUND', 'There is no such organisation');
}

/** Gives somebody a role, or takes it (null), and what goes with it; within a lock of the organisation. */
export async function writeRole(
  client: ClientBase,
  { organisationId, userId, role }: { organisationId: string; userId: string; role: Role | null },
): Promise<void> {
  // Who is in has answered; who dispatches no longer asks nobody any more.
  await client.query(
    "delete from invitations where organisation_id = $1 and (user_id = $2 or ($3 <> 'dispatcher' and invited_by = $2))",
    [organisationId, userId, role ?? 'none'],
  );
  if (role === null) {
    const which = 'organisation_id = $1 and user_id = $2';
    await client.query(`delete from memberships where ${which}`, [organisationId, userId]);
  } else {
    await client.query(
      `insert into memberships (organisation_id, user_id, role) values ($1, $2, $3)
       on conflict (organisation_id, user_id) do update set role = excluded.role`,
      [organisationId, userId, role],
    );
  }
  if (role !== null && role !== 'member') return;
  for (const table of ['shifts', 'shift_overrides']) {
    await client.query(`delete from ${table} where organisation_id = $1 and user_id = $2`, [organisationId, userId]);
  }
  await client.query(
    'delete from duties where user_id = $2 and area_id in (select id from areas where organisation_id = $1)',
    [organisationId, userId],
  );
}
