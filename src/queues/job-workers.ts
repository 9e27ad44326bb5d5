import { Logger } from '@nestjs/common';
import { UnrecoverableError, Worker, type Job } from 'bullmq';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config/config.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { checkPayload } from './check-payload.js';
import { jobSettings } from './job-settings.js';
import { reportErrors } from './queue-errors.js';
import {
  CONCURRENCY,
  QUEUE_NAMES,
  queueOf,
  URGENT,
  type JobName,
  type JobPayload,
  type QueueName,
} from './queue-map.js';
import { MAX_STALLED, workerOptions } from './queue-options.js';
import type { Task } from './task-messages.js';
import { TaskPool } from './task-pool.js';
import type { TaskLimits } from './task-process.js';
import { Slots } from '../slots.js';
import { withoutSecrets } from './without-secrets.js';
import { within } from '../time-limit.js';

/** Running jobs may end within this time of a stop; a webhook attempt takes ten seconds at most. */
const DRAIN_MS = 12_000;
/** What is left after the jobs themselves have ended: telling Redis, which may be away. */
const CLOSE_MS = 1000;
/** Jobs of one queue that may wait to be run without Redis. */
const DIRECT_WAITING = 100;

/** Why a poison job is given up. */
export const TOO_OFTEN_STALLED = `its worker died or hung under it ${MAX_STALLED + 1} times`;

export interface JobWorkersOptions {
  /** Path of the module that serves tasks in a child process. */
  readonly childModule: string;
  readonly limits?: TaskLimits;
  readonly drainMs?: number;
}

/** What runs jobs for a worker: child processes. */
export type TaskRunner = Pick<TaskPool, 'start' | 'run' | 'close'>;

/** What jobs did in this process since it started. */
export interface JobCounts {
  started: number;
  completed: number;
  failed: number;
}

/**
 * Takes jobs from every queue and runs them in child processes. Not by @nestjs/bullmq's `@Processor`: its options are
 * constants, and it gives a worker the connection limits of the producer.
 */
export class JobWorkers {
  readonly counts: JobCounts = { started: 0, completed: 0, failed: 0 };
  /** By queue: what hangs in one keeps no other waiting. */
  readonly #direct = new Map<QueueName, Slots>(QUEUE_NAMES.map((queue) => [queue, new Slots(CONCURRENCY[queue])]));
  readonly #logger = new Logger('Jobs');
  readonly #listeners = new Map<JobName, (result: never) => void>();
  #workers: Worker[] = [];
  #onDead: (queue: QueueName, jobId: string) => void = () => undefined;

  constructor(
    private readonly config: Config,
    private readonly options: JobWorkersOptions,
    private readonly pool: TaskRunner = new TaskPool(options.childModule, jobSettings(config), options.limits),
  ) {}

  /** @throws Error when the child cannot start: a job without a handler, or with two, stops the boot */
  async start(): Promise<void> {
    await this.pool.start();
    this.#workers = QUEUE_NAMES.map((queue) => this.#open(queue));
  }

  /** Tells of each job that is given up here. */
  onDead(listener: (queue: QueueName, jobId: string) => void): void {
    this.#onDead = listener;
  }

  /** Takes no more jobs, lets running ones end, kills what does not; returns within the limits whatever Redis does. */
  async close(): Promise<void> {
    const drainMs = this.options.drainMs ?? DRAIN_MS;
    const closing = this.#workers.map((worker) => worker.close());
    await this.pool.close(drainMs);
    await Promise.all(closing.map((closed, index) => this.#finish(this.#workers[index]!, closed)));
  }

  /** Calls `listener` with each result of a job that this process runs, by a queue or directly. It must not throw. */
  onResult<R>(job: JobName, listener: (result: R) => void): void {
    this.#listeners.set(job, listener);
  }

  /**
   * Runs a job in the task pool without BullMQ, for those who know from Postgres what is due while Redis is away: as many
   * at once as of its queue, further ones in order; with the time limits of every job, and without retries. A stop lets
   * running ones end and refuses the others: do not wait for it in an `onModuleDestroy`.
   * @returns the job's result
   * @throws Error when the job fails, the worker stops, or a hundred wait already
   */
  async runDirectly<J extends JobName>(job: J, payload: JobPayload<J>): Promise<unknown> {
    const slots = this.#direct.get(queueOf(job))!;
    if (slots.waiting >= DIRECT_WAITING) throw new Error('too many jobs are waiting to be run without Redis');
    return slots.use(async () => {
      this.counts.started += 1;
      try {
        const result = await this.#do({ job, payload, context: { jobId: `direct-${uuidv7()}`, attempt: 1 } });
        this.counts.completed += 1;
        return result;
      } catch (error) {
        this.counts.failed += 1;
        throw error;
      }
    });
  }

  async #finish(worker: Worker, closed: Promise<void>): Promise<void> {
    try {
      await within(CLOSE_MS, closed);
    } catch (error) {
      this.#logger.warn({ ...classifyRedisError(error) }, `queue ${worker.name}: closed without Redis' answer`);
      await within(CLOSE_MS, worker.disconnect()).catch(() => undefined);
    }
  }

  #open(queue: QueueName): Worker {
    const worker = new Worker(queue, async (job) => this.#run(queue, job), workerOptions(this.config, queue));
    reportErrors(worker, `worker of ${queue}`, this.#logger);
    worker.on('active', () => (this.counts.started += 1));
    worker.on('completed', (job, result) => {
      this.counts.completed += 1;
      this.#logger.debug({ job: job.name, jobId: job.id, ms: durationOf(job), result: result as unknown }, 'job done');
    });
    worker.on('failed', (job, error) => {
      this.counts.failed += 1;
      this.#logger.warn(
        { job: job?.name, jobId: job?.id, ms: job && durationOf(job) },
        `job failed: ${withoutSecrets(error.message)}`,
      );
      if (job?.id !== undefined && job.finishedOn !== undefined) this.#onDead(queue, job.id);
    });
    return worker;
  }

  async #run(queue: QueueName, job: Job<unknown>): Promise<unknown> {
    // BullMQ gives up what stalls too often, but not what a schedule started: that would take one worker after the other.
    if (job.stalledCounter > MAX_STALLED) throw new UnrecoverableError(TOO_OFTEN_STALLED);
    const payload = checkPayload(queue, job.name, job.data);
    const context = { jobId: job.id ?? '', attempt: job.attemptsMade + 1 };
    return this.#do({ job: job.name, payload, context });
  }

  async #do(task: Task): Promise<unknown> {
    const result = await this.pool.run(task, URGENT.has(queueOf(task.job as JobName)));
    this.#listeners.get(task.job as JobName)?.(result as never);
    return result;
  }
}

function durationOf({ processedOn, finishedOn }: Job): number | undefined {
  return processedOn && finishedOn ? finishedOn - processedOn : undefined;
}
