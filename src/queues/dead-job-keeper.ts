import { Logger } from '@nestjs/common';
import type { Job, Queue } from 'bullmq';
import type { Clock } from '../clock.js';
import { isUnavailable } from '../database/database.js';
import { ERRORS } from '../errors/error-codes.js';
import { pause } from '../pause.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { within } from '../time-limit.js';
import type { DeadJob, DeadJobs, Replay } from './dead-jobs.js';
import { TOO_OFTEN_STALLED } from './job-workers.js';
import type { QueueName } from './queue-map.js';
import { isRunEachMinute } from './schedule-table.js';
import type { Queues } from './queues.module.js';

const EVERY_MS = 1000;
/** Between two looks at what no worker here failed. */
const COLLECT_MS = 10_000;
const ANSWER_MS = 3000;
/** Jobs read at once; also how many replays are added in one go. */
const BATCH = 100;

interface Parts {
  readonly queues: Queues;
  readonly jobs: DeadJobs;
  readonly clock: Clock;
}

/**
 * Brings what BullMQ gave up to Postgres, and what an operator wants to have run again back to BullMQ. BullMQ's own lists
 * of failed jobs are read, so nothing is missed that failed while Postgres was away, by a worker that died, or by BullMQ.
 */
export class DeadJobKeeper {
  readonly #logger = new Logger('DeadJobs');
  readonly #stop = new AbortController();
  /** Ids of failed jobs that are in Postgres, by queue. */
  readonly #known = new Map<string, ReadonlySet<string>>();
  #running: Promise<void> | undefined;
  #collectAt = 0;
  #reported: string | undefined;

  constructor(private readonly parts: Parts) {}

  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** A job was given up just now; `jobId` may be the one of an earlier job, from before Redis was wiped. */
  wake(queue: string, jobId: string): void {
    this.#known.set(queue, new Set([...(this.#known.get(queue) ?? [])].filter((id) => id !== jobId)));
    this.#collectAt = 0;
  }

  /** One look at all queues. @returns how many dead jobs were new. Throws when Redis or Postgres is away */
  async collect(): Promise<number> {
    let added = 0;
    for (const queue of this.parts.queues.values()) added += await this.#collectOf(queue);
    return added;
  }

  /** Adds to their queues what shall run again; a job of its own id cannot come twice. Errors as of {@link collect}. */
  async handOut(): Promise<number> {
    const { jobs, clock, queues } = this.parts;
    const wanted = { queues: [...queues.keys()], limit: BATCH };
    return jobs.takeReplays(wanted, clock.now(), (replays) => this.#add(replays));
  }

  async #collectOf(queue: Queue): Promise<number> {
    const ids = await within(ANSWER_MS, queue.getRanges(['failed'], 0, -1));
    const known = this.#known.get(queue.name);
    const unknown = ids.filter((id) => !known?.has(id));
    let added = 0;
    for (let at = 0; at < unknown.length; at += BATCH) {
      const some = unknown.slice(at, at + BATCH).map((id) => this.#read(queue, id));
      const dead = (await within(ANSWER_MS, Promise.all(some))).filter((job) => job !== undefined);
      added += await this.parts.jobs.add(dead.filter((job) => !isMadeUpFor(job)));
    }
    this.#known.set(queue.name, new Set(ids));
    return added;
  }

  /** A job whose data is no JSON cannot be read by BullMQ either: it is kept without. */
  async #read(queue: Queue, jobId: string): Promise<DeadJob | undefined> {
    try {
      const job = await queue.getJob(jobId);
      return job && describe(queue.name, jobId, job);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const reason = 'the job cannot be read: its data is no JSON';
      const at = this.parts.clock.now();
      return { queue: queue.name, jobId, addedAt: 0, job: 'unknown', payload: null, reason, attempts: 0, at };
    }
  }

  async #add(replays: readonly Replay[]): Promise<void> {
    for (const { id, queue, job, payload } of replays) {
      const known = this.parts.queues.get(queue as QueueName)!;
      await within(ANSWER_MS, known.add(job, payload, { jobId: `replay-${id}` }));
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.handOut().catch((error: unknown) => this.#report(error));
      if (this.parts.clock.now().getTime() >= this.#collectAt) await this.#tryToCollect();
      await pause(EVERY_MS, signal);
    }
  }

  async #tryToCollect(): Promise<void> {
    const next = this.parts.clock.now().getTime() + COLLECT_MS;
    this.#collectAt = next;
    try {
      const added = await this.collect();
      if (added > 0) this.#logger.warn({ added }, `jobs given up: ${added}; see npm run jobs -- dead`);
    } catch (error) {
      this.#report(error);
    }
  }

  /** Health tells who is away, and the next look tries again; anything else is said once. */
  #report(error: unknown): void {
    const { code, message } = classifyRedisError(error);
    if (isUnavailable(error) || code !== 'REDIS_ERROR' || message === this.#reported) return;
    this.#reported = message;
    this.#logger.error({ code }, `dead jobs cannot be kept: ${message}`);
  }
}

/**
 * Nothing is lost with a job of the clock that failed because Postgres was away: its next run does it. An outage would
 * leave two a minute among those that somebody must look at.
 */
function isMadeUpFor({ job, reason }: DeadJob): boolean {
  return isRunEachMinute(job) && reason.endsWith(ERRORS.DATABASE_UNAVAILABLE.title);
}

function describe(queue: string, jobId: string, job: Job<unknown>): DeadJob {
  const reason = STALLED.test(job.failedReason ?? '') ? TOO_OFTEN_STALLED : job.failedReason;
  return {
    queue,
    jobId,
    addedAt: job.timestamp,
    job: job.name,
    payload: job.data,
    reason: reason ?? 'no reason was given',
    attempts: job.attemptsStarted,
    at: new Date(job.finishedOn ?? job.timestamp),
  };
}

/** BullMQ's own words. */
const STALLED = /stalled more than allowable limit/;
