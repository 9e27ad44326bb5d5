import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.js';

/** A code can be typed in for so long, ms. */
export const CODE_MS = 15 * 60_000;
/** Wrong tries of one code. */
export const CODE_TRIES = 5;

/** The key that codes are made with; processes that send hold the one of receipts, which this one is made of. */
export function codeKey(receiptKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', receiptKey, '', 'naboom contact codes', 32));
}

/**
 * The code that a delivery brings to its contact, in place of an earlier one: the same in each attempt, since whoever did
 * not say so in time may have brought it. Tries and time count from the first attempt. Stored is its digest.
 * @returns six digits; undefined when it would be of no use: the contact is gone, a newer one was asked for, its time is up
 */
export async function newCode(
  { database, key }: { readonly database: Pick<Database, 'query'>; readonly key: Buffer },
  { contactId, deliveryId }: { readonly contactId: string; readonly deliveryId: string },
  now: Date,
): Promise<string | undefined> {
  const code = codeOf(key, deliveryId);
  const { rowCount } = await database.query({
    name: 'note-contact-code',
    text: `update contacts c
              set code_digest = $2,
                  code_expires_at = case when code_digest = $2 then code_expires_at else $3 end,
                  code_tries = case when code_digest = $2 then code_tries else 0 end
            where id = $1 and (code_digest is distinct from $2 or code_expires_at > $4)
              and not exists (select 1 from deliveries d
                               where d.user_id = c.user_id and d.contact_id = c.id and d.kind = 'code' and d.id > $5)`,
    values: [contactId, codeDigest(contactId, code), new Date(now.getTime() + CODE_MS), now, deliveryId],
  });
  return rowCount === 1 ? code : undefined;
}

function codeOf(key: Buffer, deliveryId: string): string {
  const number = createHmac('sha256', key).update(deliveryId.toLowerCase()).digest().readUIntBE(0, 6);
  return String(number % 1_000_000).padStart(6, '0');
}

/** A code that is right, in time and within the tries verifies the contact; anything else does not, all alike. */
export async function tryCode(
  database: Database,
  { userId, contactId, code }: { userId: string; contactId: string; code: string },
  now: Date,
): Promise<boolean> {
  // Counted before it is compared: a hundred tries at once are five as well.
  const { rows } = await database.query<{ code_digest: Buffer }>({
    name: 'try-contact-code',
    text: `update contacts set code_tries = code_tries + 1
            where id = $1 and user_id = $2 and code_digest is not null and code_expires_at > $3 and code_tries < $4
            returning code_digest`,
    values: [contactId, userId, now, CODE_TRIES],
  });
  const expected = rows[0]?.code_digest;
  const given = codeDigest(contactId, code);
  if (!expected || expected.length !== given.length || !timingSafeEqual(expected, given)) return false;
  // A newer code may have been sent meanwhile; this one was right when it was tried.
  await database.query({
    name: 'verify-contact',
    text: `update contacts set verified_at = coalesce(verified_at, $2), code_digest = null, code_expires_at = null
            where id = $1`,
    values: [contactId, now],
  });
  return true;
}

function codeDigest(contactId: string, code: string): Buffer {
  return hash('sha256', `${contactId} ${code}`, 'buffer');
}
