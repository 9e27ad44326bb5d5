import { hash } from 'node:crypto';
import type { Database } from './database.js';

/**
 * What the id of an alert is kept under, among the idempotency keys, when Redis promised it and Postgres turned out to
 * have the same press under another id.
 */
export function promisedDigest(id: string): string {
  return hash('sha256', `promised\n${id}`);
}

/** What became of a promise. */
export interface Promised {
  readonly id: string;
  /** Whether the press that it was made to is of that alert's reporter: one that merely knew their number may not read it. */
  readonly proven: boolean;
}

/**
 * The alert that a promised id leads to: the one of that id, or the one that it turned out to be.
 * Throws as {@link Database.query} does.
 */
export async function findPromised(database: Database, id: string): Promise<Promised | undefined> {
  const { rows } = await database.query<{ id: string; proven: boolean }>({
    name: 'find-promised',
    text: `select id, true as proven from alerts where id = $1
           union all
           select alert_id, proven from idempotency where key = $2
           order by proven desc limit 1`,
    values: [id, Buffer.from(promisedDigest(id), 'hex')],
  });
  return rows[0];
}
