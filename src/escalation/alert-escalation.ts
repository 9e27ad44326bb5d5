import type { EscalationReason } from '../alerts/alert.js';
import type { Channel } from '../alerts/channel.js';
import type { Database } from '../database/database.js';
import type { DeliveryStatus } from '../notifications/delivery.js';
import { rowsOf } from './escalation-rows.js';
import type { Ended } from './follow-alert.js';

/** Where the escalation of an alert stands in one organisation. Times are RFC 3339 UTC. */
export interface EscalationProgress {
  /** Null: with the operators. */
  readonly organisationId: string | null;
  readonly level: number;
  readonly at: string;
  /** When it goes on, or is looked at; null: nothing is due any more. */
  readonly nextAt: string | null;
  readonly ended: Ended | null;
}

/** Why and when it went on. */
export interface EscalationStep {
  readonly organisationId: string | null;
  readonly level: number;
  readonly at: string;
  readonly reason: EscalationReason;
  /** Levels at which nobody could be told. */
  readonly skipped: readonly number[];
  readonly told: number;
}

/** One message to somebody. */
export interface ToldDelivery {
  readonly level: number;
  readonly channel: Channel;
  readonly status: DeliveryStatus | 'held';
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly receivedAt: string | null;
  readonly reason: string | null;
}

/** How somebody was told. */
export interface ToldPerson {
  readonly userId: string;
  readonly name: string;
  readonly deliveries: readonly ToldDelivery[];
}

/** Who has been called about an alert, and what is next. */
export interface AlertEscalation {
  readonly stands: readonly EscalationProgress[];
  readonly steps: readonly EscalationStep[];
  readonly people: readonly ToldPerson[];
}

/** Errors as of {@link Database}. */
export async function readAlertEscalation(database: Database, alertId: string): Promise<AlertEscalation> {
  const [rows, steps, people] = await Promise.all([
    rowsOf(database.pool, [alertId]),
    stepsOf(database, alertId),
    peopleOf(database, alertId),
  ]);
  const stands = rows.map(({ organisationId, level, levelAt, nextAt, ended }) => ({
    organisationId,
    level,
    at: levelAt.toISOString(),
    nextAt: nextAt?.toISOString() ?? null,
    ended,
  }));
  return { stands, steps, people };
}

async function stepsOf(database: Database, alertId: string): Promise<EscalationStep[]> {
  type Row = Omit<EscalationStep, 'at'> & { readonly at: Date };
  const { rows } = await database.query<Row>({
    name: 'steps-of-escalation',
    text: `select details->>'organisationId' as "organisationId", (details->>'level')::int as level, at,
                  details->>'reason' as reason, details->'skipped' as skipped,
                  json_array_length(details->'userIds') as told
             from alert_events where alert_id = $1 and type = 'alert.escalated' order by seq`,
    values: [alertId],
  });
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

interface PersonRow extends Omit<ToldDelivery, 'createdAt' | 'finishedAt' | 'receivedAt'> {
  readonly userId: string;
  readonly name: string;
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly received_at: Date | null;
}

async function peopleOf(database: Database, alertId: string): Promise<ToldPerson[]> {
  const { rows } = await database.query<PersonRow>({
    name: 'people-of-escalation',
    text: `select u.id as "userId", u.name, coalesce((e.details->>'level')::int, 0) as level, d.channel,
                  case when d.status = 'pending' and d.held then 'held' else d.status end as status,
                  d.created_at, d.finished_at, d.received_at, d.last_error as reason
             from deliveries d join users u on u.id = d.user_id
             left join alert_events e on e.seq = d.seq and e.type = 'alert.escalated'
            where d.alert_id = $1 and d.kind = 'alert' order by u.name, u.id, d.seq, d.id`,
    values: [alertId],
  });
  const people = new Map<string, ToldPerson & { deliveries: ToldDelivery[] }>();
  for (const { userId, name, level, channel, status, reason, ...times } of rows) {
    const person = people.get(userId) ?? { userId, name, deliveries: [] };
    people.set(userId, person);
    person.deliveries.push({
      level,
      channel,
      status,
      createdAt: times.created_at.toISOString(),
      finishedAt: times.finished_at?.toISOString() ?? null,
      receivedAt: times.received_at?.toISOString() ?? null,
      reason,
    });
  }
  return [...people.values()];
}
