import type { Database } from '../database/database.js';

const DAY_MS = 86_400_000;

interface Stale {
  readonly name: string;
  /** How long it is kept beyond its time. */
  readonly keptDays: number;
  /** $1: what was over by then goes; $2: rows of one statement. */
  readonly text: string;
  /** Its times are those of Postgres: $1 is how long it is kept. */
  readonly isOfPostgres?: true;
}

/** What nobody needs any more. */
const STALE: readonly Stale[] = [
  {
    name: 'prune-sessions',
    keptDays: 0,
    text: 'delete from sessions where token_hash in (select token_hash from sessions where expires_at < $1 limit $2)',
  },
  {
    // Whoever has not answered by then is asked anew, or not.
    name: 'prune-invitations',
    keptDays: 30,
    text: `delete from invitations where (organisation_id, user_id) in
            (select organisation_id, user_id from invitations where created_at < $1 limit $2)`,
  },
  {
    // So long one can see why somebody was not on duty.
    name: 'prune-shift-overrides',
    keptDays: 30,
    text: 'delete from shift_overrides where id in (select id from shift_overrides where until_at < $1 limit $2)',
  },
  {
    // Whoever did not enter a code by then does not have that phone, or does not care.
    name: 'prune-contacts',
    keptDays: 30,
    text: `delete from contacts
            where id in (select id from contacts where verified_at is null and created_at < $1 limit $2)`,
  },
  {
    // Longer than any process looks back, and any copy of a session lives.
    name: 'prune-directory-changes',
    keptDays: 2,
    text: `delete from directory_changes where id in
            (select id from directory_changes where at < now() - $1::interval limit $2)`,
    isOfPostgres: true,
  },
];

/**
 * Deletes sessions that have expired, invitations that nobody answered, exceptions from shifts that are over, contacts
 * that nobody verified, and changes of people and areas that everybody has heard of.
 * @param batch rows of one statement
 */
export async function pruneDirectory(database: Database, now: Date, batch: number, signal: AbortSignal): Promise<void> {
  for (const { name, keptDays, text, isOfPostgres } of STALE) {
    const over = isOfPostgres ? `${keptDays} days` : new Date(now.getTime() - keptDays * DAY_MS);
    const values = [over, batch];
    do signal.throwIfAborted();
    while ((await database.query({ name, text, values })).rowCount === batch);
  }
}
