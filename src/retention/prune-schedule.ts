import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { pause } from '../pause.js';
import { within } from '../time-limit.js';

const DAILY_AT_A_QUIET_HOUR = '15 3 * * *';
/** How often the schedule is written again: Redis may have lost it. */
const RENEW_MS = 10 * 60_000;
const RETRY_MS = 5000;
const ANSWER_MS = 1500;

/** Keeps the daily schedule of `prune` in Redis, at 03:15 in the configured time zone. */
@Injectable()
export class PruneSchedule {
  readonly #logger = new Logger('Retention');
  readonly #stop = new AbortController();

  constructor(
    @InjectQueue('maintenance') private readonly queue: Queue,
    @InjectConfig() private readonly config: Config,
  ) {}

  /** Writes the schedule now and from time to time; never waits for a Redis that is away. */
  start(): void {
    void this.#run(this.#stop.signal);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Writes the schedule; the same one again changes nothing. Throws when Redis is away. */
  async write(): Promise<void> {
    const repeat = { pattern: DAILY_AT_A_QUIET_HOUR, tz: this.config.env.NABOOM_TIME_ZONE };
    const opts = { attempts: 5, backoff: { type: 'exponential', delay: 60_000, jitter: 0.5 } };
    await within(ANSWER_MS, this.queue.upsertJobScheduler('prune-daily', repeat, { name: 'prune', data: {}, opts }));
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) await pause(await this.#tryToWrite(), signal);
  }

  /** @returns when to write it again, ms */
  async #tryToWrite(): Promise<number> {
    try {
      await this.write();
      return RENEW_MS;
    } catch (error) {
      this.#logger.warn(classifyRedisError(error), 'the schedule of prune waits for Redis');
      return RETRY_MS;
    }
  }
}
