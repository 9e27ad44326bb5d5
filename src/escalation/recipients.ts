import type { Alert } from '../alerts/alert.js';
import { quietUntil } from '../channels/quiet-hours.js';
import { onDuty, type Queryable } from '../schedules/on-duty.js';
import type { PlanStep, PlanTarget } from './escalation-plan.js';

/** Somebody whom a step tells. Who is asleep is told when their quiet hours end, or the alert becomes critical. */
export interface Recipient {
  readonly userId: string;
  readonly isAsleep: boolean;
}

/** Whom to look for. */
export interface Calling {
  /** Null: the operators' part. */
  readonly organisationId: string | null;
  readonly alert: Alert;
  readonly at: Date;
}

interface ReachableRow {
  readonly user_id: string;
  readonly from_minute: number | null;
  readonly until_minute: number;
  readonly time_zone: string;
}

/**
 * Everybody whom a step can tell: members of the organisation as they are now, with a verified contact of one of its
 * channels. Whose account is disabled is not told; nor is the reporter, who may be watched by whoever threatens them.
 */
export async function recipientsOf(database: Queryable, step: PlanStep, calling: Calling): Promise<Recipient[]> {
  const named = await accountsOf(database, step.targets, calling);
  return reachableOf(database, [...new Set(named)], calling, step.channels);
}

/** Those of these accounts whom anything reaches; errors as of the query. */
export async function reachableOf(
  database: Queryable,
  userIds: readonly string[],
  { alert, at }: Omit<Calling, 'organisationId'>,
  channels?: readonly string[],
): Promise<Recipient[]> {
  if (userIds.length === 0) return [];
  const { rows } = await database.query<ReachableRow>({
    name: 'reachable-people',
    text: `select u.id as user_id, q.from_minute, q.until_minute, q.time_zone
             from users u left join quiet_hours q on q.user_id = u.id
            where u.id = any($1::uuid[]) and u.disabled_at is null
              and u.id is distinct from $3 and ($4::text is null or u.phone is distinct from $4)
              and exists (select from contacts c where c.user_id = u.id and c.verified_at is not null
                             and ($2::text[] is null or c.channel = any($2)))
              and not exists (select from contacts c where c.user_id = u.id and c.verified_at is not null
                                 and c.channel = 'sms' and c.address = $4)
            order by u.id`,
    values: [userIds, channels ?? null, alert.reporterId, provenPhone(alert)],
  });
  return rows.map((row) => ({ userId: row.user_id, isAsleep: alert.severity !== 'critical' && isQuiet(row, at) }));
}

/** The reporter's number where a network vouches for it: what anybody types into a form must silence nobody. */
function provenPhone({ source, contact }: Alert): string | null {
  return source === 'sms' || source === 'ussd' ? (contact?.phone ?? null) : null;
}

function isQuiet({ from_minute: fromMinute, until_minute: untilMinute, time_zone: timeZone }: ReachableRow, at: Date) {
  return fromMinute !== null && quietUntil({ fromMinute, untilMinute, timeZone }, at) !== undefined;
}

/** One statement after the other: within a transaction they share a connection. */
async function accountsOf(database: Queryable, targets: readonly PlanTarget[], calling: Calling): Promise<string[]> {
  const { organisationId } = calling;
  const running = targets.some(({ kind }) => kind === 'operators') ? await operators(database) : [];
  if (organisationId === null) return running;
  const onDutyNow = targets.some(({ kind }) => kind === 'on_duty')
    ? await dutyOf(database, organisationId, calling)
    : [];
  return [...running, ...onDutyNow, ...(await membersNamed(database, organisationId, targets))];
}

async function membersNamed(
  database: Queryable,
  organisationId: string,
  targets: readonly PlanTarget[],
): Promise<string[]> {
  const roles = targets.flatMap((target) => (target.kind === 'role' ? target.role : []));
  const userIds = targets.flatMap((target) => (target.kind === 'person' ? target.userId : []));
  if (roles.length + userIds.length === 0) return [];
  const { rows } = await database.query<{ user_id: string }>({
    name: 'members-named',
    text: `select user_id from memberships
            where organisation_id = $1 and (role = any($2::text[]) or user_id = any($3::uuid[]))`,
    values: [organisationId, roles, userIds],
  });
  return rows.map((row) => row.user_id);
}

/** An alert in none of its areas is the whole organisation's, such as what comes to the catch-all. */
async function dutyOf(database: Queryable, organisationId: string, { alert, at }: Calling): Promise<string[]> {
  if (alert.areas.length === 0) return onDuty(database, { organisationId, areas: [], at });
  const { rows } = await database.query<{ id: string }>({
    name: 'own-areas',
    text: 'select id from areas where organisation_id = $1 and id = any($2::uuid[])',
    values: [organisationId, alert.areas],
  });
  return onDuty(database, { organisationId, areas: rows.map(({ id }) => id), at });
}

/** The accounts of those who run the deployment. */
export async function operators(database: Queryable): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>({
    name: 'operators',
    text: 'select id from users where operator',
  });
  return rows.map(({ id }) => id);
}

/** The organisation that gets what nobody else answers, and its dispatchers; undefined where there is none. */
export async function catchAll(database: Queryable): Promise<{ id: string; dispatchers: string[] } | undefined> {
  const { rows } = await database.query<{ id: string; user_id: string | null }>({
    name: 'catch-all-dispatchers',
    text: `select o.id, m.user_id from organisations o
             left join memberships m on m.organisation_id = o.id and m.role = 'dispatcher'
            where o.catch_all`,
  });
  if (!rows[0]) return undefined;
  return { id: rows[0].id, dispatchers: rows.flatMap((row) => row.user_id ?? []) };
}
