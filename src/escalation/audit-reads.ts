import type { PoolClient } from 'pg';
import type { AlertEventType } from '../alerts/alert.js';
import type { Database } from '../database/database.js';
import { readHistory, type AuditedEvent } from './audit-history.js';
import type { AuditedAlert } from './audit.js';
import type { PolicyRun } from './escalation-plan.js';
import { OPERATORS_ID } from './plans.js';

/** Alerts of one transaction. */
const PAGE = 500;

/**
 * The events that decide who is called, of each alert the newest 200 and the first: somebody who presses ten thousand
 * times must not make the audit slow. Of an event its few words are read, not the alert after it.
 */
const EVENTS = `
  select a.id, a.is_drill, e.*
    from (select id, first_seq, exists (select from drills d where d.alert_id = alerts.id) as is_drill
            from alerts where not closed and status = 'open' and id > $1 and updated_at >= $2
           order by id limit ${PAGE}) a
   cross join lateral (
     (select seq, type, at, details->'places'->>'organisations' as organisations, details->>'verified' as verified,
             details->>'test' as test, details->>'organisationId' as organisation_id, details->>'level' as level,
             details->>'reason' as reason, details->>'policy' as policy, details->>'loggedAt' as logged_at
        from alert_events where alert_id = a.id and type = any ($3) order by seq desc limit 200)
     union
     select seq, type, at, details->'places'->>'organisations', details->>'verified', details->>'test',
            null, null, null, null, details->>'loggedAt'
       from alert_events where seq = a.first_seq
   ) e
   order by a.id, e.seq`;

const DECIDING: readonly AlertEventType[] = [
  'alert.raised',
  'alert.repeated',
  'alert.updated',
  'alert.escalated',
  'alert.reopened',
  'alert.duress',
];

interface EventRow {
  readonly id: string;
  readonly is_drill: boolean;
  readonly seq: string;
  readonly type: AlertEventType;
  readonly at: Date;
  readonly organisations: string | null;
  readonly verified: string | null;
  readonly test: string | null;
  readonly organisation_id: string | null;
  readonly level: string | null;
  readonly reason: string | null;
  readonly policy: string | null;
  readonly logged_at: string | null;
}

interface WatchedRow {
  readonly alert_id: string;
  readonly organisation_id: string;
  readonly next_escalation_at: Date | null;
}

/** A page of alerts to look at. */
export interface AuditPage {
  readonly alerts: readonly AuditedAlert[];
  /** The next page comes after this id; undefined: there is none. */
  readonly after: string | undefined;
}

/**
 * Alerts that nobody has taken notice of, with what the log and the table say of them at one moment: an acknowledgement
 * in between must not look like an escalation that ended too early.
 * @param since alerts to which nothing has happened for longer are not looked at
 */
export async function readAuditPage(database: Database, after: string, since: Date): Promise<AuditPage> {
  return database.transaction(async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    const { rows } = await client.query<EventRow>({
      name: 'audit-events',
      text: EVENTS,
      values: [after, since, DECIDING],
    });
    const byAlert = grouped(rows, ({ id }) => id);
    const watched = await readWatched(client, [...byAlert.keys()]);
    const alerts = [...byAlert].flatMap(([id, events]) => {
      // Tests call nobody, but for drills.
      if (events[0]!.test === 'true' && !events[0]!.is_drill) return [];
      return { id, ...readHistory(events.map(readEvent)), watched: (watched.get(id) ?? []).map(readRow) };
    });
    return { alerts, after: byAlert.size === PAGE ? rows.at(-1)!.id : undefined };
  });
}

async function readWatched(client: PoolClient, ids: readonly string[]): Promise<Map<string, WatchedRow[]>> {
  const { rows } = await client.query<WatchedRow>({
    name: 'audit-escalations',
    text: 'select alert_id, organisation_id, next_escalation_at from escalations where alert_id = any ($1::uuid[])',
    values: [ids],
  });
  return grouped(rows, ({ alert_id: id }) => id);
}

function grouped<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function readEvent({ seq, type, at, organisations, verified, ...row }: EventRow): AuditedEvent {
  const { organisation_id: organisationId, level, reason } = row;
  const policy = row.policy === null ? {} : { policy: JSON.parse(row.policy) as PolicyRun };
  return {
    seq: Number(seq),
    type,
    at: at.getTime(),
    ...(row.logged_at === null ? {} : { loggedAt: Date.parse(row.logged_at) }),
    ...(organisations === null ? {} : { organisations: JSON.parse(organisations) as string[] }),
    ...(verified === 'true' ? { verified: true } : {}),
    ...(type === 'alert.escalated'
      ? { step: { organisationId, level: Number(level), exhausted: reason === 'exhausted', ...policy } }
      : {}),
  };
}

function readRow({ organisation_id: id, next_escalation_at: next }: WatchedRow): AuditedAlert['watched'][number] {
  return { organisationId: id === OPERATORS_ID ? null : id, nextAt: next?.getTime() ?? null };
}
