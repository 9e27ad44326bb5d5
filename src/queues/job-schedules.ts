import { Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Clock } from '../clock.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { pause } from '../pause.js';
import { within } from '../time-limit.js';
import type { JobWorkers } from './job-workers.js';
import { queueOf } from './queue-map.js';
import { SCHEDULES, type JobSchedule } from './schedule-table.js';
import type { Queues } from './queues.module.js';

/** How often Redis is asked whether it still has the schedules. */
const CHECK_MS = 15_000;
const RETRY_MS = 5000;
const ANSWER_MS = 1500;

interface Parts {
  readonly queues: Queues;
  readonly workers: Pick<JobWorkers, 'runDirectly'>;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly schedules?: readonly JobSchedule[];
  readonly checkMs?: number;
}

/**
 * Keeps the schedules in Redis, which has each due job once for all workers. What Redis lost is back within 15 s. While
 * it is away, each worker runs the jobs that cannot wait by itself.
 */
export class JobSchedules {
  readonly #logger = new Logger('Schedules');
  readonly #stop = new AbortController();
  readonly #schedules: readonly JobSchedule[];
  /** When a schedule was last run without Redis, ms. */
  readonly #ranAt = new Map<string, number>();
  #isWaiting = false;

  constructor(private readonly parts: Parts) {
    this.#schedules = parts.schedules ?? SCHEDULES;
  }

  /** Looks after the schedules from now on; never waits for a Redis that is away. */
  start(): void {
    void this.#run(this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Writes what Redis lacks or has otherwise; what it has stays untouched. Throws when Redis is away. */
  async write(): Promise<void> {
    await Promise.all(this.#schedules.map((schedule) => within(ANSWER_MS, this.#writeOne(schedule))));
  }

  async #writeOne(schedule: JobSchedule): Promise<void> {
    const { id, job, pattern, attempts, retryMs } = schedule;
    const { timeZone, queues } = this.parts;
    const queue = queues.get(queueOf(job))!;
    if (await this.#stands(queue, schedule)) return;
    const backoff = { type: 'exponential', delay: retryMs, jitter: 0.5 };
    const template = { name: job, data: {}, opts: { attempts, backoff } };
    await queue.upsertJobScheduler(id, { pattern, tz: timeZone }, template);
  }

  /**
   * To write it again would take away the job that waits for its time, which may be this very moment: only what is
   * another one, or has no job to come, is written.
   */
  async #stands(queue: Queue, { id, job, pattern }: JobSchedule): Promise<boolean> {
    const kept = await queue.getJobScheduler(id);
    if (!kept?.next || kept.name !== job || kept.pattern !== pattern || kept.tz !== this.parts.timeZone) return false;
    const next = await queue.getJob(`repeat:${id}:${kept.next}`);
    return next !== undefined && next.finishedOn === undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await pause(await this.#tryToWrite(), signal);
  }

  /** @returns when to look again, ms */
  async #tryToWrite(): Promise<number> {
    try {
      await this.write();
      this.#isWaiting = false;
      return this.parts.checkMs ?? CHECK_MS;
    } catch (error) {
      if (!this.#isWaiting) this.#logger.warn(classifyRedisError(error), 'the schedules wait for Redis');
      this.#isWaiting = true;
      this.#runWithoutRedis();
      return RETRY_MS;
    }
  }

  #runWithoutRedis(): void {
    const now = this.parts.clock.now().getTime();
    for (const { id, job, withoutRedisMs } of this.#schedules) {
      if (withoutRedisMs === undefined || now - (this.#ranAt.get(id) ?? -Infinity) < withoutRedisMs) continue;
      this.#ranAt.set(id, now);
      this.parts.workers.runDirectly(job, {}).catch((error: unknown) => {
        this.#logger.warn({ job, reason: (error as Error).message }, 'a job without Redis failed');
      });
    }
  }
}
