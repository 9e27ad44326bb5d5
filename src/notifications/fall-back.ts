import type { ClientBase } from 'pg';
import { insertNotices, type AddedNotice, type ContactRow } from './notices.js';

interface DeadRow {
  readonly seq: string;
  readonly alert_id: string;
  readonly user_id: string;
  readonly fallbacks: readonly string[];
}

/**
 * What is tried instead of a delivery that the caller's transaction has just made dead: the next contact of its person,
 * unless another message of the same event is under way to them or was taken. Several that die at once have one
 * successor.
 * @returns what was added: one or nothing
 */
export async function fallBack(client: ClientBase, deliveryId: string, now: Date): Promise<AddedNotice[]> {
  const dead = await deadDelivery(client, deliveryId);
  if (!dead) return [];
  // After the caller's update and before looking at the others: of two that die at once the later one sees both.
  await client.query({
    name: 'lock-fall-back',
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 0))',
    values: [`fall back ${dead.seq} ${dead.user_id}`],
  });
  const next = await nextContacts(client, dead);
  const [contact, ...others] = next;
  if (!contact) return [];
  const wanted = [{ contact, fallbacks: others.map(({ id }) => id) }];
  return insertNotices(client, { kind: 'alert', seq: Number(dead.seq), alertId: dead.alert_id, wanted }, now);
}

async function deadDelivery(client: ClientBase, id: string): Promise<DeadRow | undefined> {
  const { rows } = await client.query<DeadRow>({
    name: 'dead-delivery',
    text: `select seq, alert_id, user_id, fallbacks from deliveries
            where id = $1 and kind = 'alert' and status = 'dead' and cardinality(fallbacks) > 0`,
    values: [id],
  });
  return rows[0];
}

/** In their order; none while another message may still come. One that is gone, or was tried, is passed over. */
async function nextContacts(client: ClientBase, { seq, user_id, fallbacks }: DeadRow): Promise<ContactRow[]> {
  const { rows } = await client.query<ContactRow>({
    name: 'next-contacts',
    text: `select c.id, c.user_id, c.channel
             from unnest($3::uuid[]) with ordinality as wanted (id, place) join contacts c using (id)
            where c.user_id = $2 and c.verified_at is not null
              and not exists (select 1 from deliveries d where d.seq = $1 and d.target = c.id::text)
              and not exists (select 1 from deliveries d
                               where d.seq = $1 and d.user_id = $2 and d.status in ('pending', 'delivered'))
            order by wanted.place`,
    values: [seq, user_id, fallbacks],
  });
  return rows;
}
