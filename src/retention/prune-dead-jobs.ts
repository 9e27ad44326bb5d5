import type { Database } from '../database/database.js';

/** Deletes jobs that were given up before; BullMQ forgets its failed ones sooner, so none is found anew. */
export async function pruneDeadJobs(database: Database, before: Date): Promise<void> {
  await database.query({ name: 'prune-dead-jobs', text: 'delete from dead_jobs where at < $1', values: [before] });
}
