import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Actor, Places } from '../alerts/alert.js';
import type { AlertLog } from '../alerts/alert-log.js';
import type { Severity } from '../alerts/severity.js';
import { lockOrganisation } from '../areas/membership-rows.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import type { Drill } from './drill.js';
import { readDrills } from './drill-rows.js';

/** A row whose alert is not there yet belongs to a start under way, ms; later it is one that failed. */
const START_MS = 30_000;
/** An alert names its areas in every event. */
const AREAS_MAX = 100;
const MESSAGE = 'This is a drill. Nobody needs help; answer it as you would a real alert.';

/** What a drill is to be. */
export interface NewDrill {
  readonly organisationId: string;
  /** Null: all areas of the organisation. */
  readonly areaId: string | null;
  readonly severity: Severity;
  readonly message?: string | undefined;
  readonly actor: Actor;
}

/** Drills: alerts that take the way of every other alert, marked as a test, so that one sees whom it reaches. */
export class Drills {
  constructor(private readonly parts: { readonly database: Database; readonly log: AlertLog; readonly clock: Clock }) {}

  /** The newest first. */
  async list(organisationId: string): Promise<Drill[]> {
    return (await readDrills(this.parts.database, organisationId)).map(({ drill }) => drill);
  }

  /**
   * Raises the alert of a drill. Its row comes first: whoever meets the alert knows that it is a drill. A row whose alert
   * could not be stored is harmless.
   * @throws AppError NOT_FOUND for an area that it does not have, DRILL_OPEN, REQUEST_INVALID, DATABASE_UNAVAILABLE
   */
  async start({ organisationId, areaId, severity, message = MESSAGE, actor }: NewDrill): Promise<Drill> {
    const { database, log, clock } = this.parts;
    const now = clock.now();
    const newId = uuidv7({ msecs: now.getTime() });
    const areas = await database.transaction(async (client) => {
      await lockOrganisation(client, organisationId);
      const places = await areasOf(client, organisationId, areaId);
      await requireNoneOpen(client, organisationId, now);
      await client.query(
        'insert into drills (alert_id, organisation_id, area_id, started_by, started_at) values ($1, $2, $3, $4, $5)',
        [newId, organisationId, areaId, actor.id ?? null, now],
      );
      return places;
    });
    const places: Places = { areas, organisations: [organisationId] };
    // Without a reporter: it folds with nothing, and nobody sees it as their own.
    const press = { severity, kind: 'other', message, test: true, drill: true, verified: true, places } as const;
    const outcome = await log.append({ type: 'raise', newId, at: now.toISOString(), actor, press });
    if ('refused' in outcome) throw new AppError(outcome.refused);
    const [row] = await readDrills(database, organisationId, newId);
    return row!.drill;
  }
}

/** @throws AppError NOT_FOUND, REQUEST_INVALID */
async function areasOf(client: ClientBase, organisationId: string, areaId: string | null): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    'select id from areas where organisation_id = $1 and ($2::uuid is null or id = $2) order by id limit $3',
    [organisationId, areaId, AREAS_MAX + 1],
  );
  if (areaId !== null && rows.length === 0) throw new AppError('NOT_FOUND', 'The organisation has no such area');
  if (rows.length <= AREAS_MAX) return rows.map(({ id }) => id);
  const errors = [{ path: 'areaId', message: `is needed, there are more than ${AREAS_MAX} areas` }];
  throw new AppError('REQUEST_INVALID', 'Some fields are not valid', { errors });
}

/** @throws AppError DRILL_OPEN */
async function requireNoneOpen(client: ClientBase, organisationId: string, now: Date): Promise<void> {
  const { rowCount } = await client.query(
    `select from drills d left join alerts a on a.id = d.alert_id
      where d.organisation_id = $1 and (not a.closed or (a.id is null and d.started_at > $2)) limit 1`,
    [organisationId, new Date(now.getTime() - START_MS)],
  );
  if (rowCount) throw new AppError('DRILL_OPEN');
}
