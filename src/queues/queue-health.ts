import { getQueueToken } from '@nestjs/bullmq';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { classifyRedisError, type RedisFailure } from '../redis/redis-error.js';
import { within } from './within.js';

const PROBE_MS = 500;

/** Whether the queues can be reached: what a worker needs to be ready. */
@Injectable()
export class QueueHealth {
  constructor(@Inject(getQueueToken('notifications')) private readonly queue: Queue) {}

  /** The failure, or undefined when a real read of the queue worked within `timeoutMs`. Never throws. */
  async failure(timeoutMs = PROBE_MS): Promise<RedisFailure | undefined> {
    try {
      await within(timeoutMs, this.queue.getJobCountByTypes('wait'));
      return undefined;
    } catch (error) {
      return classifyRedisError(error);
    }
  }
}
