import type { ClientBase } from 'pg';
import type { Clock } from '../clock.js';
import { accessChanged } from '../directory-changes/directory-change.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { AppError } from '../errors/app-error.js';
import { dutyAt } from '../schedules/duty-at.js';
import { insertOverride } from '../schedules/override-rows.js';
import { readSchedule } from '../schedules/schedule-rows.js';
import { lockOrganisation } from './membership-rows.js';

/** Longest time that somebody's word takes them off what shifts say, ms: a roster may have no end. */
const OFF_MS = 24 * 3_600_000;

/** Who is on duty in which area. What is begun here lasts until it is ended here, whatever shifts say. */
export class Duties {
  constructor(private readonly parts: { readonly changes: DirectoryChanges; readonly clock: Clock }) {}

  /** Puts a responder of the area's organisation on duty. @throws AppError NOT_FOUND */
  async begin(areaId: string, userId: string): Promise<void> {
    await this.parts.changes.transaction(async (client) => {
      // The membership is held, so that nobody who is just being removed stays on duty.
      const { rowCount } = await client.query(
        `select from memberships m join areas a on a.organisation_id = m.organisation_id
          where a.id = $1 and m.user_id = $2 and m.role in ('responder', 'dispatcher') for share of m, a`,
        [areaId, userId],
      );
      if (rowCount === 0) throw new AppError('NOT_FOUND', 'Nobody with this id responds for this organisation');
      const { rows } = await client.query<{ begun: boolean }>(
        `insert into duties (area_id, user_id, since) values ($1, $2, $3)
         on conflict (area_id, user_id) do update set until = null where duties.until is not null
         returning xmax = 0 as begun`,
        [areaId, userId, this.parts.clock.now()],
      );
      if (rows[0]?.begun) await accessChanged(client, userId);
    });
  }

  /** Ends a duty, if it is one; one that a shift goes on with stays ended until the shift is over. */
  async end(areaId: string, userId: string): Promise<void> {
    await this.parts.changes.transaction(async (client) => {
      const organisationId = await organisationOf(client, areaId);
      if (organisationId === undefined) return;
      await lockOrganisation(client, organisationId);
      const values = [areaId, userId];
      const { rowCount } = await client.query('delete from duties where area_id = $1 and user_id = $2', values);
      if (rowCount) await accessChanged(client, userId);
      const now = this.parts.clock.now();
      const schedule = await readSchedule(client, organisationId, now);
      const scheduled = schedule && dutyAt(schedule, now.getTime(), [areaId]).find((duty) => duty.userId === userId);
      if (!scheduled) return;
      const until = new Date(Math.min(scheduled.until, now.getTime() + OFF_MS));
      await insertOverride(client, { organisationId, userId, areaId, onDuty: false, from: now, until }, now);
    });
  }
}

async function organisationOf(client: ClientBase, areaId: string): Promise<string | undefined> {
  const { rows } = await client.query<{ id: string }>('select organisation_id as id from areas where id = $1', [
    areaId,
  ]);
  return rows[0]?.id;
}
