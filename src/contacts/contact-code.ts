import { hash, randomInt, timingSafeEqual } from 'node:crypto';
import type { Database } from '../database/database.js';

/** A code can be typed in for so long, ms. */
export const CODE_MS = 15 * 60_000;
/** Wrong tries of one code. */
export const CODE_TRIES = 5;

/**
 * Makes a code for a contact, in place of an earlier one. It is known to whoever calls, to send it; stored is its digest.
 * @returns six digits; undefined when the contact is gone
 */
export async function newCode(
  database: Pick<Database, 'query'>,
  contactId: string,
  now: Date,
): Promise<string | undefined> {
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  const { rowCount } = await database.query({
    name: 'note-contact-code',
    text: 'update contacts set code_digest = $2, code_expires_at = $3, code_tries = 0 where id = $1',
    values: [contactId, codeDigest(contactId, code), new Date(now.getTime() + CODE_MS)],
  });
  return rowCount === 1 ? code : undefined;
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
