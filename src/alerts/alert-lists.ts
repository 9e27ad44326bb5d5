import type { Database } from '../database/database.js';
import type { Alert, AlertStatus } from './alert.js';
import type { Severity } from './severity.js';
import { storedAlert } from './stored-alert.js';

/** What a list may be narrowed to; `before` is the id of the last alert of the page before. */
export interface AlertFilter {
  readonly status?: AlertStatus | undefined;
  readonly severity?: Severity | undefined;
  /** Only alerts opened at this time or later. */
  readonly since?: Date | undefined;
  readonly before?: string | undefined;
  readonly limit: number;
  /** Only alerts that belong to one of these places; absent: all. */
  readonly anyOf?: readonly string[] | undefined;
  /** Only alerts that belong to each of these places. */
  readonly allOf?: readonly string[];
  /** Account whose own alerts come whatever their status and severity: to their reporter these may be others. */
  readonly reporterId?: string | undefined;
}

/** After every id. */
const NEWEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** $1 before, $2 reporter, $3 status, $4 severity, $5 since, $6 limit, $7 all of, $8 any of. */
const CONDITIONS = `
  a.id < $1
  and ((($3::text is null or a.status = $3) and ($4::text is null or a.severity = $4))
       or exists (select from alert_places own where own.place_id = $2::uuid and own.alert_id = a.id))
  and ($5::timestamptz is null or a.opened_at >= $5)
  and not exists (
    select from unnest($7::uuid[]) as needed (place_id)
     where not exists (select from alert_places p where p.place_id = needed.place_id and p.alert_id = a.id)
  )
  and ($8::uuid[] is null
       or exists (select from alert_places p where p.place_id = any ($8::uuid[]) and p.alert_id = a.id))`;

/** From the newest alert on, in all of them. */
const LIST_ALL = {
  name: 'list-alerts',
  text: `
    select e.alert from alerts a join alert_events e on e.seq = a.seq
     where ${CONDITIONS} order by a.id desc limit $6`,
} as const;

/** The same from the newest alert of each place ($9) on: what is elsewhere is not looked at. */
const LIST_PLACES = {
  name: 'list-alerts-of-places',
  text: `
    select e.alert
      from (
        select distinct found.id, found.seq
          from unnest($9::uuid[]) as wanted (place_id)
         cross join lateral (
           select a.id, a.seq from alert_places place join alerts a on a.id = place.alert_id
            where place.place_id = wanted.place_id and place.alert_id < $1 and ${CONDITIONS}
            order by place.alert_id desc limit $6
         ) found
      ) listed
      join alert_events e on e.seq = listed.seq
     order by listed.id desc limit $6`,
} as const;

/** Lists of alerts, newest first. */
export class AlertLists {
  constructor(private readonly database: Database) {}

  /** One page. Throws as {@link Database.query} does. */
  async page(filter: AlertFilter): Promise<Alert[]> {
    const { before = NEWEST, reporterId, status, severity, since, limit, allOf = [], anyOf } = filter;
    const values = [before, reporterId, status, severity, since, limit, allOf, anyOf].map((value) => value ?? null);
    // The fewest alerts belong to the one place that all of them must belong to.
    const places = allOf.length > 0 ? [allOf[0]] : anyOf;
    const query = places ? { ...LIST_PLACES, values: [...values, places] } : { ...LIST_ALL, values };
    const { rows } = await this.database.query<{ alert: Alert }>(query);
    return rows.map(({ alert }) => storedAlert(alert));
  }
}
