import type { Alert, AlertEventType, EscalationReason } from '../alerts/alert.js';
import type { Channel, ContactKeys } from '../alerts/channel.js';
import type { Membership } from '../auth/roles.js';
import type { Database } from '../database/database.js';
import { fallBack } from '../notifications/fall-back.js';
import type { QuietHours } from './quiet-hours.js';

/** Messages to one contact in {@link LIMIT_MS}, of which those about unverified alerts are the last to go. */
export const UNVERIFIED_LIMIT = 3;
const LIMIT_MS = 5 * 60_000;

/** A delivery to a person that may be attempted, with all that the decision on it needs, of one moment. */
export interface ClaimedNotice {
  readonly id: string;
  readonly kind: 'alert' | 'test' | 'code';
  readonly channel: Channel;
  /** This attempt included. */
  readonly attempts: number;
  readonly hasFallback: boolean;
  readonly contact: ClaimedContact | undefined;
  readonly user: ClaimedUser;
  /** Of an alert; undefined when the log no longer keeps it. */
  readonly news: ClaimedNews | undefined;
  /** Messages that this contact got, or is about to get, in the five minutes before this one. */
  readonly sentBefore: number;
}

export interface ClaimedNews {
  readonly alert: Alert;
  readonly type: AlertEventType;
  /** Of `alert.escalated`. */
  readonly reason?: EscalationReason;
  readonly isDrill: boolean;
}

export interface ClaimedContact {
  readonly id: string;
  readonly address: string;
  readonly keys: ContactKeys | null;
  readonly isVerified: boolean;
}

export interface ClaimedUser {
  readonly id: string;
  /** Not disabled. */
  readonly isActive: boolean;
  readonly operator: boolean;
  readonly memberships: readonly Membership[];
  readonly duties: readonly string[];
  readonly quietHours: QuietHours | undefined;
}

interface ClaimedRow {
  readonly id: string;
  readonly kind: ClaimedNotice['kind'];
  readonly channel: Channel;
  readonly attempts: number;
  readonly has_fallback: boolean;
  readonly user_id: string;
  readonly contact: ClaimedContact | null;
  readonly is_active: boolean | null;
  readonly operator: boolean | null;
  readonly memberships: Membership[];
  readonly duties: string[];
  readonly quiet_hours: QuietHours | null;
  readonly alert: Alert | null;
  readonly type: AlertEventType | null;
  readonly reason: EscalationReason | null;
  readonly is_drill: boolean;
  readonly sent_before: number;
}

const CLAIM = `
  with claimed as (
    update deliveries set attempts = attempts + 1, next_attempt_at = $3, held = false
     where id in (select id from deliveries
                   where id = any($1::uuid[]) and kind <> 'event' and status = 'pending' and next_attempt_at <= $2
                     for update skip locked)
     returning id, kind, channel, attempts, seq, alert_id, user_id, contact_id, created_at,
               cardinality(fallbacks) > 0 as has_fallback
  )
  select d.id, d.kind, d.channel, d.attempts, d.has_fallback, d.user_id,
         u.disabled_at is null as is_active, u.operator,
         (select json_build_object('id', c.id, 'address', c.address, 'keys', c.keys,
                                   'isVerified', c.verified_at is not null)
            from contacts c where c.id = d.contact_id) as contact,
         coalesce((select json_agg(json_build_object('organisationId', organisation_id, 'role', role))
                     from memberships where user_id = d.user_id), '[]') as memberships,
         coalesce((select json_agg(area_id) from duties where user_id = d.user_id), '[]') as duties,
         (select json_build_object('fromMinute', from_minute, 'untilMinute', until_minute, 'timeZone', time_zone)
            from quiet_hours where user_id = d.user_id) as quiet_hours,
         latest.alert, told.type, told.details->>'reason' as reason,
         exists (select 1 from drills where alert_id = d.alert_id) as is_drill,
         (select count(*)::int from deliveries o
           where o.user_id = d.user_id and o.created_at > d.created_at - $4 * interval '1 ms' and o.id < d.id
             and o.contact_id = d.contact_id and o.kind = 'alert' and o.status in ('pending', 'delivered')) as sent_before
    from claimed d
    left join users u on u.id = d.user_id
    left join alerts a on a.id = d.alert_id
    left join alert_events latest on latest.seq = a.seq
    left join alert_events told on told.seq = d.seq`;

/** What was sent, and who took it. */
export interface SentNotice {
  readonly id: string;
  readonly provider: string;
  readonly ref: string | undefined;
}

/** The part of the ledger `deliveries` that tells people something. Errors as of {@link Database.query}. */
export class NotificationLedger {
  constructor(private readonly database: Database) {}

  /**
   * Takes what is due of these for one attempt each, which must end within `leaseMs`; later, somebody else may take it.
   * What is not due, not pending, not there, or just being taken by somebody else is left out.
   */
  async claim(ids: readonly string[], now: Date, leaseMs: number): Promise<ClaimedNotice[]> {
    const { rows } = await this.database.query<ClaimedRow>({
      name: 'claim-notices',
      text: CLAIM,
      values: [ids, now, new Date(now.getTime() + leaseMs), LIMIT_MS],
    });
    return rows.map(readClaimed);
  }

  async markSent(sent: readonly SentNotice[], now: Date): Promise<void> {
    await this.database.query({
      name: 'finish-notices',
      text: `update deliveries d
                set status = 'delivered', finished_at = $4, last_error = null, provider = s.provider, provider_ref = s.ref
               from unnest($1::uuid[], $2::text[], $3::text[]) as s (id, provider, ref)
              where d.id = s.id and d.status <> 'delivered'`,
      values: [sent.map(({ id }) => id), sent.map(({ provider }) => provider), sent.map(({ ref }) => ref ?? null), now],
    });
  }

  /** It is not needed any more. */
  async skip({ id, attempts }: ClaimedNotice, reason: string, now: Date): Promise<void> {
    await this.database.query({
      name: 'skip-notice',
      text: `update deliveries set status = 'skipped', finished_at = $3, last_error = $4
              where id = $1 and attempts = $2 and status = 'pending'`,
      values: [id, attempts, now, reason],
    });
  }

  /** Puts it off; that was no attempt. `held`: until the end of quiet hours, or until somebody lets it go before. */
  async hold({ id, attempts }: ClaimedNotice, until: Date): Promise<void> {
    await this.database.query({
      name: 'hold-notice',
      text: `update deliveries set held = true, next_attempt_at = $3, attempts = attempts - 1
              where id = $1 and attempts = $2 and status = 'pending'`,
      values: [id, attempts, until],
    });
  }

  /** Puts it back for a later attempt. An overtaken attempt changes nothing. */
  async retry({ id, attempts }: ClaimedNotice, reason: string, at: Date): Promise<void> {
    await this.database.query({
      name: 'retry-notice',
      text: `update deliveries set next_attempt_at = $3, last_error = $4
              where id = $1 and attempts = $2 and status = 'pending'`,
      values: [id, attempts, at, reason],
    });
  }

  /**
   * It is dead; the next of the person's contacts takes its place. An overtaken attempt gives nothing up.
   * @returns the deliveries that take its place, due at once
   */
  async giveUp({ id, attempts }: ClaimedNotice, reason: string, now: Date): Promise<string[]> {
    return this.database.transaction(async (client) => {
      const { rowCount } = await client.query({
        name: 'give-up-notice',
        text: `update deliveries set status = 'dead', finished_at = $3, last_error = $4
                where id = $1 and attempts = $2 and status = 'pending'`,
        values: [id, attempts, now, reason],
      });
      return rowCount === 1 ? (await fallBack(client, id, now)).map((added) => added.id) : [];
    });
  }

  /** The address is no more: a device that has taken its permission back, a subscription that has ended. */
  async forget({ id }: ClaimedContact): Promise<void> {
    await this.database.query({ name: 'forget-contact', text: 'delete from contacts where id = $1', values: [id] });
  }
}

function readClaimed(row: ClaimedRow): ClaimedNotice {
  const { id, kind, channel, attempts, alert, type, reason } = row;
  return {
    id,
    kind,
    channel,
    attempts,
    hasFallback: row.has_fallback,
    contact: row.contact ?? undefined,
    user: {
      id: row.user_id,
      isActive: row.is_active ?? false,
      operator: row.operator ?? false,
      memberships: row.memberships,
      duties: row.duties,
      quietHours: row.quiet_hours ?? undefined,
    },
    news: alert && type ? { alert, type, isDrill: row.is_drill, ...(reason && { reason }) } : undefined,
    sentBefore: row.sent_before,
  };
}
