import { JOB_NAMES, type JobName, type JobPayload } from './queue-map.js';

/** What a handler may know of its job beside the payload. */
export interface JobContext {
  readonly jobId: string;
  /** 1 at the first attempt. */
  readonly attempt: number;
}

/** The code of one job. `signal` aborts at the soft time limit; whoever ignores it is killed at the hard one. */
export interface JobHandler<J extends JobName = JobName> {
  readonly job: J;
  /** @returns what BullMQ keeps as the job's result; small JSON */
  run(payload: JobPayload<J>, signal: AbortSignal, context: JobContext): Promise<unknown>;
}

/**
 * The handlers by job.
 * @throws Error when a job has none, or two
 */
export function handlersByJob(handlers: readonly JobHandler[]): ReadonlyMap<string, JobHandler> {
  const byJob = new Map<string, JobHandler>();
  for (const handler of handlers) {
    if (byJob.has(handler.job)) throw new Error(`The job ${handler.job} has two handlers`);
    byJob.set(handler.job, handler);
  }
  const without = JOB_NAMES.filter((job) => !byJob.has(job));
  if (without.length > 0) throw new Error(`No handler for: ${without.join(', ')}`);
  return byJob;
}
