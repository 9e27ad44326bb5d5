import { Logger } from '@nestjs/common';
import { classifyRedisError } from '../redis/redis-error.js';
import { pause } from '../pause.js';
import type { JobName, JobPayload } from './queue-map.js';

const EVERY_MS = 1000;
/** Jobs of one sweeper that may run at once without Redis; what is more is found by a later sweep. */
const DIRECT_AT_ONCE = 6;

/** One job as it would be queued. */
export type DueJob = { readonly [J in JobName]: { readonly job: J; readonly payload: JobPayload<J> } }[JobName];

/** Rows of Postgres that say what is due, and the jobs that do it. */
export interface DueWork<T> {
  /** What it sweeps, for the log; a plural. */
  readonly name: string;
  /** Hands what is due to `take`, and keeps other sweepers from it meanwhile. @returns how many rows */
  sweep(take: (due: readonly T[]) => Promise<void>): Promise<number>;
  /** Adds jobs for what may have some already. Throws when Redis is away. */
  queueAgain(due: readonly T[]): Promise<void>;
  /** The same jobs, to be run without a queue, the most urgent first. Each takes only what is due when it runs. */
  jobsOf(due: readonly T[]): readonly DueJob[];
}

/** Runs a job in this worker's task pool, without BullMQ. */
export interface DirectRunner {
  runDirectly<J extends JobName>(job: J, payload: JobPayload<J>): Promise<unknown>;
}

/**
 * Looks each second in Postgres for what is due: what BullMQ lost, what waits for another attempt, what could not be
 * queued. While Redis is away it runs the jobs itself, so that nobody waits for Redis. Runs in each worker; two never
 * take the same rows at once.
 */
export class DueSweeper<T> {
  readonly #stop = new AbortController();
  readonly #logger: Logger;
  readonly #direct = new Set<string>();
  #running: Promise<void> | undefined;
  #isDirect = false;

  constructor(
    private readonly work: DueWork<T>,
    private readonly runner: DirectRunner,
  ) {
    this.#logger = new Logger(`Sweeper of ${work.name}`);
  }

  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  /** Jobs that it runs itself go on: they end with the worker's task pool. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** One sweep; how many rows it found. Throws when Postgres is away. */
  async sweep(): Promise<number> {
    let left: readonly T[] = [];
    const found = await this.work.sweep(async (due) => {
      try {
        await this.work.queueAgain(due);
        this.#note(false);
      } catch (error) {
        this.#note(true, error);
        left = due; // not here: the rows are locked until the sweep ends
      }
    });
    for (const job of this.work.jobsOf(left)) this.#runDirectly(job);
    return found;
  }

  /** A job that takes rows leases them; until it has, the next sweep finds the very same ones again. */
  #runDirectly({ job, payload }: DueJob): void {
    const key = `${job} ${JSON.stringify(payload)}`;
    if (this.#direct.has(key) || this.#direct.size >= DIRECT_AT_ONCE || this.#stop.signal.aborted) return;
    this.#direct.add(key);
    void this.runner
      .runDirectly(job, payload as never)
      .catch((error: unknown) => this.#logger.warn({ job, reason: String(error) }, 'a job without Redis failed'))
      .finally(() => this.#direct.delete(key));
  }

  #note(isDirect: boolean, error?: unknown): void {
    if (isDirect && !this.#isDirect) this.#logger.warn(classifyRedisError(error), 'runs jobs itself, without Redis');
    this.#isDirect = isDirect;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.sweep().catch(() => undefined); // health reports Postgres; the next sweep tries again
      await pause(EVERY_MS, signal);
    }
  }
}
