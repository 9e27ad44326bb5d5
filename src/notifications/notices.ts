import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Channel } from '../alerts/channel.js';
import type { NoticeKind } from './delivery.js';

/** What is told to people: of an alert as it is after an event, or for its own sake. */
export interface Notice {
  readonly kind: NoticeKind;
  /** With `alertId`, of an alert. */
  readonly seq?: number;
  readonly alertId?: string;
  readonly userIds: readonly string[];
  /** By these at once; absent: by what stands first in each person's order, with the rest to fall back on. */
  readonly channels?: readonly Channel[];
}

/** A delivery to a contact, as it was added. */
export interface AddedNotice {
  readonly id: string;
  readonly userId: string;
  readonly channel: Channel;
}

/** What somebody sends to one contact of theirs. */
export interface OwnNotice {
  readonly kind: 'test' | 'code';
  readonly contactId: string;
}

/** A contact, as far as a delivery to it needs it. */
export interface ContactRow {
  readonly id: string;
  readonly user_id: string;
  readonly channel: Channel;
}

/** A delivery to a contact, and who is next when it fails. */
export interface NewDelivery {
  readonly contact: ContactRow;
  readonly fallbacks: readonly string[];
}

/**
 * Adds deliveries of a notice to the verified contacts of these people, within the caller's transaction. The same notice
 * again adds nothing.
 * @returns those that are new; who has no contact gets none
 */
export async function addNotice(client: ClientBase, notice: Notice, now: Date): Promise<AddedNotice[]> {
  if (notice.userIds.length === 0) return [];
  const contacts = await client.query<ContactRow>({
    name: 'contacts-of',
    text: `select id, user_id, channel from contacts
            where user_id = any($1::uuid[]) and verified_at is not null
              and ($2::text[] is null or channel = any($2))
            order by user_id, position, id`,
    values: [notice.userIds, notice.channels ?? null],
  });
  const wanted = [...new Set(notice.userIds)].flatMap((userId) => {
    const own = contacts.rows.filter((row) => row.user_id === userId);
    return notice.channels ? own.map((contact) => ({ contact, fallbacks: [] })) : firstOf(own);
  });
  return insertNotices(client, { ...notice, wanted }, now);
}

/**
 * Adds a delivery to one contact, verified or not, within the caller's transaction. Alerts never go out by it.
 * @returns undefined when the contact is gone
 */
export async function addNoticeTo(
  client: ClientBase,
  { kind, contactId }: OwnNotice,
  now: Date,
): Promise<AddedNotice | undefined> {
  const { rows } = await client.query<ContactRow>({
    name: 'contact-for-notice',
    text: 'select id, user_id, channel from contacts where id = $1',
    values: [contactId],
  });
  const wanted = rows.map((contact) => ({ contact, fallbacks: [] }));
  return (await insertNotices(client, { kind, wanted }, now))[0];
}

/** All contacts of the channel that stands first, such as every device with push; the others are to fall back on. */
function firstOf(own: readonly ContactRow[]): NewDelivery[] {
  const first = own.filter(({ channel }) => channel === own[0]!.channel);
  const fallbacks = own.filter(({ channel }) => channel !== own[0]!.channel).map(({ id }) => id);
  return first.map((contact) => ({ contact, fallbacks }));
}

/** Adds deliveries that are not there yet, within the caller's transaction. */
export async function insertNotices(
  client: ClientBase,
  { kind, seq, alertId, wanted }: Pick<Notice, 'kind' | 'seq' | 'alertId'> & { wanted: readonly NewDelivery[] },
  now: Date,
): Promise<AddedNotice[]> {
  if (wanted.length === 0) return [];
  const { rows } = await client.query<ContactRow>({
    name: 'insert-notices',
    text: `insert into deliveries (id, seq, target, status, next_attempt_at, created_at,
                                   kind, channel, alert_id, user_id, contact_id, fallbacks)
           select d.id, $1, d.contact_id::text, 'pending', $2, $2, $3, d.channel, $4, d.user_id, d.contact_id,
                  coalesce(string_to_array(nullif(d.fallbacks, ''), ',')::uuid[], '{}')
             from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::text[])
                  as d (id, contact_id, user_id, channel, fallbacks)
           on conflict (seq, target) do nothing
           returning id, user_id, channel`,
    values: [
      seq ?? null,
      now,
      kind,
      alertId ?? null,
      wanted.map(() => uuidv7()),
      wanted.map(({ contact }) => contact.id),
      wanted.map(({ contact }) => contact.user_id),
      wanted.map(({ contact }) => contact.channel),
      wanted.map(({ fallbacks }) => fallbacks.join()),
    ],
  });
  return rows.map((row) => ({ id: row.id, userId: row.user_id, channel: row.channel }));
}
