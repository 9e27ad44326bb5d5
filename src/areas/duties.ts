import type { Clock } from '../clock.js';
import { accessChanged } from '../directory-changes/directory-change.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { AppError } from '../errors/app-error.js';

/** Who is on duty in which area. */
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
      const begun = await client.query(
        'insert into duties (area_id, user_id, since) values ($1, $2, $3) on conflict do nothing',
        [areaId, userId, this.parts.clock.now()],
      );
      if (begun.rowCount) await accessChanged(client, userId);
    });
  }

  /** Ends a duty, if it is one. */
  async end(areaId: string, userId: string): Promise<void> {
    await this.parts.changes.transaction(async (client) => {
      const values = [areaId, userId];
      const { rowCount } = await client.query('delete from duties where area_id = $1 and user_id = $2', values);
      if (rowCount) await accessChanged(client, userId);
    });
  }
}
