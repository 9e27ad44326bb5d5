import type { ClientBase } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from '../database/database.js';

interface GivenUp {
  readonly seq: string | null;
  readonly user_id: string;
  readonly alert_id: string | null;
  readonly fallbacks: readonly string[];
}

/**
 * Gives a delivery to a person up, also one that a provider took and could not bring, and tells the next of their
 * contacts instead, unless they are told by another one.
 * @returns the id of the delivery that takes its place, which is due at once; undefined when there is none
 * @throws as {@link Database.query}
 */
export async function giveUp(
  database: Database,
  { id, reason }: { readonly id: string; readonly reason: string },
  now: Date,
): Promise<string | undefined> {
  return database.transaction(async (client) => {
    await lockSiblings(client, id);
    const { rows } = await client.query<GivenUp>({
      name: 'give-up-notice',
      text: `update deliveries set status = 'dead', finished_at = $2, last_error = $3
              where id = $1 and kind <> 'event' and status in ('pending', 'delivered') and received_at is null
              returning seq, user_id, alert_id, fallbacks`,
      values: [id, now, reason],
    });
    const [row] = rows;
    if (!row || row.seq === null || (await isToldOtherwise(client, row))) return undefined;
    return insertNext(client, row, now);
  });
}

/** Two devices of one person that die at the same moment must not each take the other for alive. */
async function lockSiblings(client: ClientBase, id: string): Promise<void> {
  await client.query({
    name: 'lock-notices-of-person',
    text: `select 1 from deliveries d join deliveries own on own.id = $1
            where d.user_id = own.user_id and (d.id = own.id or d.seq = own.seq) and d.kind <> 'event'
            order by d.id for update of d`,
    values: [id],
  });
}

async function isToldOtherwise(client: ClientBase, { seq, user_id: userId }: GivenUp): Promise<boolean> {
  const { rowCount } = await client.query({
    name: 'is-told-otherwise',
    text: `select 1 from deliveries
            where user_id = $1 and seq = $2 and kind = 'alert' and status in ('pending', 'delivered') limit 1`,
    values: [userId, seq],
  });
  return rowCount === 1;
}

/** One contact after the other; what was deleted meanwhile, or has been told of it already, is passed over. */
async function insertNext(client: ClientBase, row: GivenUp, now: Date): Promise<string | undefined> {
  for (const [index, contactId] of row.fallbacks.entries()) {
    const { rows } = await client.query<{ id: string }>({
      name: 'fall-back-on',
      text: `insert into deliveries (id, seq, target, status, next_attempt_at, created_at,
                                     kind, channel, alert_id, user_id, contact_id, fallbacks)
             select $1, $2, id::text, 'pending', $3, $3, 'alert', channel, $4, user_id, id, $5::uuid[]
               from contacts where id = $6 and user_id = $7 and verified_at is not null
             on conflict (seq, target) do nothing
             returning id`,
      values: [uuidv7(), row.seq, now, row.alert_id, row.fallbacks.slice(index + 1), contactId, row.user_id],
    });
    if (rows[0]) return rows[0].id;
  }
  return undefined;
}
