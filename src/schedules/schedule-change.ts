import type { ClientBase } from 'pg';
import { lockOrganisation } from '../areas/membership-rows.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { AppError } from '../errors/app-error.js';
import { applySchedule } from './apply-schedule.js';

export interface ScheduleParts {
  readonly database: Database;
  readonly changes: DirectoryChanges;
  readonly clock: Clock;
  /** IANA name; of organisations that have none. */
  readonly timeZone: string;
}

/** Whom, and which area of an organisation, a shift or an override is for. */
export interface WhoWhere {
  readonly organisationId: string;
  readonly userId: string;
  readonly areaId: string | null;
}

/** Changes what is said of an organisation's duties, one at a time, and at once what follows from it now. */
export function changeSchedule<T>(
  { changes, clock }: ScheduleParts,
  organisationId: string,
  work: (client: ClientBase, now: Date) => Promise<T>,
): Promise<T> {
  return changes.transaction(async (client) => {
    const now = clock.now();
    await lockOrganisation(client, organisationId);
    const result = await work(client, now);
    await applySchedule(client, organisationId, now);
    return result;
  });
}

/** @throws AppError NOT_FOUND for who does not answer its alerts, or an area that it does not have */
export async function requireWhoWhere(client: ClientBase, { organisationId, userId, areaId }: WhoWhere): Promise<void> {
  const person = await client.query(
    `select from memberships where organisation_id = $1 and user_id = $2 and role in ('responder', 'dispatcher')`,
    [organisationId, userId],
  );
  if (person.rowCount === 0) throw new AppError('NOT_FOUND', 'Nobody with this id responds for this organisation');
  if (areaId === null) return;
  const area = await client.query('select from areas where organisation_id = $1 and id = $2', [organisationId, areaId]);
  if (area.rowCount === 0) throw new AppError('NOT_FOUND', 'The organisation has no such area');
}

/** @param count a statement that counts what there is. @throws AppError LIMIT_REACHED */
export async function requireRoom(client: ClientBase, count: string, values: unknown[], max: number): Promise<void> {
  const { rows } = await client.query<{ count: number }>(count, values);
  if (rows[0]!.count < max) return;
  throw new AppError('LIMIT_REACHED', `An organisation has at most ${max} of these`);
}
