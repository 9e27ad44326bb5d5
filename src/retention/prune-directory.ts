import type { Database } from '../database/database.js';

/** Longer than any process looks back, and any copy of a session lives. */
const CHANGES_KEPT = '2 days';
/** Whoever has not answered by then is asked anew, or not. */
const INVITATIONS_MS = 30 * 86_400_000;
/** Whoever did not enter a code by then does not have that phone, or does not care. */
const UNVERIFIED_MS = 30 * 86_400_000;

/**
 * Deletes sessions that have expired, invitations that nobody answered, contacts that nobody verified, and changes of
 * people and areas that everybody has heard of.
 * @param batch rows of one statement
 */
export async function pruneDirectory(database: Database, now: Date, batch: number, signal: AbortSignal): Promise<void> {
  const deleteSome = async (name: string, text: string, values: unknown[]) =>
    (await database.query({ name, text, values })).rowCount === batch;
  do signal.throwIfAborted();
  while (
    await deleteSome(
      'prune-sessions',
      'delete from sessions where token_hash in (select token_hash from sessions where expires_at < $1 limit $2)',
      [now, batch],
    )
  );
  do signal.throwIfAborted();
  while (
    await deleteSome(
      'prune-invitations',
      `delete from invitations where (organisation_id, user_id) in
              (select organisation_id, user_id from invitations where created_at < $1 limit $2)`,
      [new Date(now.getTime() - INVITATIONS_MS), batch],
    )
  );
  do signal.throwIfAborted();
  while (
    await deleteSome(
      'prune-contacts',
      `delete from contacts
        where id in (select id from contacts where verified_at is null and created_at < $1 limit $2)`,
      [new Date(now.getTime() - UNVERIFIED_MS), batch],
    )
  );
  // Their time is that of Postgres.
  do signal.throwIfAborted();
  while (
    await deleteSome(
      'prune-directory-changes',
      `delete from directory_changes
        where id in (select id from directory_changes where at < now() - $1::interval limit $2)`,
      [CHANGES_KEPT, batch],
    )
  );
}
