import type { ClientBase } from 'pg';

/**
 * What nodes read again: the rights of a user, one session (or API key), or, when neither is set, the areas. Whoever
 * changes such a thing records it in the same transaction, or a node goes on with what it remembers.
 */
export interface DirectoryChange {
  readonly userId?: string;
  /** A session or an API key that has ended. */
  readonly sessionId?: string;
}

/** A user's role, duties or account changed. Sockets of the user connect anew, copies of sessions are read again. */
export async function accessChanged(client: ClientBase, userId: string): Promise<void> {
  await recordChanges(client, [{ userId }]);
}

/** Sessions or API keys have ended. */
export async function sessionsEnded(client: ClientBase, sessionIds: readonly string[]): Promise<void> {
  await recordChanges(
    client,
    sessionIds.map((sessionId) => ({ sessionId })),
  );
}

/** Areas or organisations changed: which alerts belong where. */
export async function areasChanged(client: ClientBase): Promise<void> {
  await recordChanges(client, [{}]);
}

/** By the time of the statement, not of the transaction's begin: readers look back only so far. */
async function recordChanges(client: ClientBase, changes: readonly DirectoryChange[]): Promise<void> {
  if (changes.length === 0) return;
  await client.query({
    name: 'record-directory-changes',
    text: `insert into directory_changes (at, user_id, session_id)
           select clock_timestamp(), * from unnest($1::uuid[], $2::uuid[])`,
    values: [changes.map(({ userId }) => userId ?? null), changes.map(({ sessionId }) => sessionId ?? null)],
  });
}
