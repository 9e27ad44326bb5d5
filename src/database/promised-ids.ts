import { hash } from 'node:crypto';
import type { Database } from './database.js';

/**
 * What the id of an alert is kept under, among the idempotency keys, when Redis promised it and Postgres turned out to
 * have the same press under another id.
 */
export function promisedDigest(id: string): string {
  return hash('sha256', `promised\n${id}`);
}

/**
 * The alert that a promised id leads to: the one of that id, or the one that it turned out to be.
 * Throws as {@link Database.query} does.
 */
export async function findPromised(database: Database, id: string): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string | null }>({
    name: 'find-promised',
    text: `select coalesce((select id from alerts where id = $1),
                           (select alert_id from idempotency where key = $2)) as id`,
    values: [id, Buffer.from(promisedDigest(id), 'hex')],
  });
  return rows[0]?.id ?? undefined;
}
