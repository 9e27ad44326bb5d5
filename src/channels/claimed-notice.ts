import type { Alert, AlertEventType, EscalationReason } from '../alerts/alert.js';
import type { Channel, ContactKeys } from '../alerts/channel.js';
import type { Membership } from '../auth/roles.js';
import type { NoticeKind } from '../notifications/delivery.js';
import type { QuietHours } from './quiet-hours.js';

/** Of messages to one contact in {@link TELLING_WINDOW_MS}: so many, and one about an unverified alert goes no more. */
export const UNVERIFIED_LIMIT = 3;
/** The same of verified alerts that anybody could raise; what is more waits. Intake is never limited. */
export const ANYBODYS_LIMIT = 10;
export const TELLING_WINDOW_MS = 5 * 60_000;

/** A delivery to a person that may be attempted, with all that the decision on it needs, of one moment. */
export interface ClaimedNotice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly channel: Channel;
  /** This attempt included. */
  readonly attempts: number;
  readonly hasFallback: boolean;
  readonly contact: ClaimedContact | undefined;
  readonly user: ClaimedUser;
  /** Of an alert; undefined when the log no longer keeps it. */
  readonly news: ClaimedNews | undefined;
  /** Messages about alerts that this contact got in the last {@link TELLING_WINDOW_MS}, or is about to get before this one. */
  readonly sentBefore: number;
  /** Those of them that it got already. */
  readonly gotBefore: number;
  /** When the first of those leaves the window; undefined when it got none. */
  readonly roomAt: Date | undefined;
}

export interface ClaimedNews {
  readonly alert: Alert;
  readonly type: AlertEventType;
  /** Of `alert.escalated`. */
  readonly reason?: EscalationReason;
  readonly isDrill: boolean;
  /** An account, the operators or a key of an organisation pressed for it. */
  readonly isVouchedFor: boolean;
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

/** The row that {@link CLAIM_NOTICES} gives for a claimed delivery. */
export interface ClaimedRow {
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
  readonly is_vouched_for: boolean;
  readonly sent_before: number;
  readonly got_before: number;
  readonly room_at: Date | null;
}

/**
 * Leases what is due of $1 at $2 until $3, and reads all that the decision on it needs at that moment; $4 is
 * {@link TELLING_WINDOW_MS}. Of what is held, what waits for its time counts for nothing.
 */
export const CLAIM_NOTICES = `
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
         exists (select 1 from alert_events e
                  where e.alert_id = d.alert_id and e.type in ('alert.raised', 'alert.repeated')
                    and (e.actor->>'id' is not null or e.actor->>'kind' = 'operator')) as is_vouched_for,
         told_before.*
    from claimed d
    cross join lateral (
      select count(*)::int as sent_before, count(*) filter (where o.status = 'delivered')::int as got_before,
             min(o.finished_at) filter (where o.status = 'delivered') + $4 * interval '1 ms' as room_at
        from deliveries o
       where o.user_id = d.user_id and o.created_at > $2::timestamptz - interval '6 hours'
         and o.contact_id = d.contact_id and o.kind = 'alert' and o.id <> d.id
         and (o.status = 'delivered' and o.finished_at > $2::timestamptz - $4 * interval '1 ms'
              or o.status = 'pending' and o.id < d.id and (not o.held or o.next_attempt_at <= $2))
    ) told_before
    left join users u on u.id = d.user_id
    left join alerts a on a.id = d.alert_id
    left join alert_events latest on latest.seq = a.seq
    left join alert_events told on told.seq = d.seq`;

/** The row as the decision takes it. */
export function readClaimed(row: ClaimedRow): ClaimedNotice {
  const { id, kind, channel, attempts, alert, type } = row;
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
    news: alert && type ? toldOf(alert, type, row) : undefined,
    sentBefore: row.sent_before,
    gotBefore: row.got_before,
    roomAt: row.room_at ?? undefined,
  };
}

function toldOf(alert: Alert, type: AlertEventType, { reason, ...row }: ClaimedRow): ClaimedNews {
  return {
    alert,
    type,
    isDrill: row.is_drill,
    isVouchedFor: row.is_vouched_for,
    ...(reason && { reason }),
  };
}
