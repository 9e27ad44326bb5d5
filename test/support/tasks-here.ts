import type { Clock } from '../../src/clock.js';
import type { Config } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { handlersByJob, type JobHandler } from '../../src/queues/job-handler.js';
import { jobSettings } from '../../src/queues/job-settings.js';
import type { TaskRunner } from '../../src/queues/job-workers.js';
import type { Task } from '../../src/queues/task-messages.js';
import { jobHandlers } from '../../src/roles/job-handlers.js';

const NEVER = new AbortController().signal;

/** Runs jobs in this process, by a clock that a test moves, where a worker has child processes. */
export class TasksHere implements TaskRunner {
  readonly #database: Database;
  readonly #handlers: ReadonlyMap<string, JobHandler>;

  constructor(config: Config, clock: Clock) {
    this.#database = new Database(config.env.DATABASE_URL, 'naboom:job');
    this.#handlers = handlersByJob(jobHandlers(jobSettings(config), this.#database, clock));
  }

  async start(): Promise<void> {
    // There is no process to start.
  }

  async run({ job, payload, context }: Task): Promise<unknown> {
    return this.#handlers.get(job)!.run(payload as never, NEVER, context);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}
