import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** Somebody is, or is not, on duty from one moment until another. */
export interface NewOverride {
  readonly organisationId: string;
  readonly userId: string;
  /** Null: all areas of the organisation. */
  readonly areaId: string | null;
  readonly onDuty: boolean;
  readonly from: Date;
  readonly until: Date;
}

/** @returns its id */
export async function insertOverride(client: ClientBase, override: NewOverride, now: Date): Promise<string> {
  const id = uuidv7({ msecs: now.getTime() });
  const { organisationId, userId, areaId, onDuty, from, until } = override;
  await client.query(
    `insert into shift_overrides (id, organisation_id, user_id, area_id, on_duty, from_at, until_at, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id, organisationId, userId, areaId, onDuty, from, until, now],
  );
  return id;
}
