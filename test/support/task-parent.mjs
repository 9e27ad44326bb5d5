import { TaskPool } from '../../dist/queues/task-pool.js';

/** A worker to be killed: runs one task that never ends and says which child has it. */
const pool = new TaskPool(process.argv[2], {});
await pool.start();
void pool.run({ job: 'prune', payload: { act: 'spin' }, context: { jobId: '1', attempt: 1 } });
process.stdout.write(`${pool.pids[0]}\n`);
