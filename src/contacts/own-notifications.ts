import { z } from 'zod';
import { CHANNELS, type Channel } from '../alerts/channel.js';
import { describes } from '../api-docs/describes.js';
import { toldReason } from '../channels/refusals.js';
import type { Database } from '../database/database.js';
import { DELIVERY_STATUSES, NOTICE_KINDS, type DeliveryStatus, type NoticeKind } from '../notifications/delivery.js';

const SHOWN = 50;

/** What was told to somebody, as they see it. Times are RFC 3339. */
export interface OwnNotification {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly channel: Channel;
  /** Null when the contact was removed. */
  readonly contactId: string | null;
  readonly alertId: string | null;
  readonly status: DeliveryStatus;
  readonly createdAt: string;
  readonly sentAt: string | null;
  readonly receivedAt: string | null;
  /** Why it was not sent, or not yet. */
  readonly reason?: string;
}

const time = z.iso.datetime();

/** One's own notifications. */
export const ownNotificationsSchema = z
  .object({
    items: z.array(
      describes<OwnNotification>()(
        z
          .object({
            id: z.uuid(),
            kind: z.enum(NOTICE_KINDS),
            channel: z.enum(CHANNELS),
            contactId: z.uuid().nullable().describe('Null: the contact was removed'),
            alertId: z.uuid().nullable(),
            status: z.enum(DELIVERY_STATUSES).describe('`delivered`: whoever carries it has taken it'),
            createdAt: time,
            sentAt: time.nullable(),
            receivedAt: time.nullable().describe('When the device, or the network, said that it came'),
            reason: z
              .string()
              .optional()
              .describe(
                'Why it was not sent, or not yet; of a webhook or a device `refused`, `no answer` or `HTTP error`',
              ),
          })
          .meta({ id: 'OwnNotification' }),
      ),
    ),
  })
  .meta({ id: 'OwnNotifications' });

interface Row {
  readonly id: string;
  readonly kind: OwnNotification['kind'];
  readonly channel: Channel;
  readonly contact_id: string | null;
  readonly alert_id: string | null;
  readonly status: OwnNotification['status'];
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly received_at: Date | null;
  readonly last_error: string | null;
}

/** The last {@link SHOWN} that somebody was told, the newest first. */
export async function ownNotifications(database: Database, userId: string): Promise<OwnNotification[]> {
  const { rows } = await database.query<Row>({
    name: 'own-notifications',
    text: `select d.id, d.kind, d.channel, c.id as contact_id, d.alert_id, d.status, d.created_at, d.finished_at,
                  d.received_at, d.last_error
             from deliveries d left join contacts c on c.id = d.contact_id and c.user_id = d.user_id
            where d.user_id = $1 and d.kind <> 'event' order by d.created_at desc, d.id desc limit $2`,
    values: [userId, SHOWN],
  });
  return rows.map(notificationOf);
}

function notificationOf(row: Row): OwnNotification {
  const { id, kind, channel, status, last_error: reason } = row;
  return {
    id,
    kind,
    channel,
    contactId: row.contact_id,
    alertId: row.alert_id,
    status,
    createdAt: row.created_at.toISOString(),
    sentAt: status === 'delivered' ? (row.finished_at?.toISOString() ?? null) : null,
    receivedAt: row.received_at?.toISOString() ?? null,
    ...(reason === null || status === 'delivered' ? {} : { reason: told(row, reason) }),
  };
}

/** Of what was skipped we decided ourselves, and say why. */
function told({ channel, status }: Row, reason: string): string {
  return status === 'skipped' ? reason : toldReason(channel, reason);
}
