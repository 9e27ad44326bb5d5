import './queue-clients.js';
import type { ConnectionOptions, DefaultJobOptions, QueueOptions, WorkerOptions } from 'bullmq';
import type { RedisOptions } from 'ioredis';
import type { Config } from '../config/config.js';
import { slotOptions } from '../redis/cluster-connector.js';
import { keys } from '../redis/redis.keys.js';
import { addressOptions, reconnectDelay } from '../redis/redis.options.js';
import { CONCURRENCY, type QueueName } from './queue-map.js';

const DAY_SECONDS = 86_400;
/** A job that takes its worker with it is given up after this many deaths and one more. */
export const MAX_STALLED = 3;

/** A producer must answer: it fails at once when Redis is away, and within a second when Redis hangs. */
const PRODUCER: RedisOptions = {
  connectTimeout: 1000,
  commandTimeout: 1000,
  socketTimeout: 3000,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  retryStrategy: (attempt) => reconnectDelay(attempt),
};

/**
 * A worker waits for Redis as long as it takes, and looks at least every second (BullMQ's own back-off is 20 s). A
 * server that went without a word is noticed by silence longer than BullMQ's longest wait for a job, 10 s.
 */
const WORKER: RedisOptions = {
  connectTimeout: 1000,
  socketTimeout: 15_000,
  maxRetriesPerRequest: null,
  retryStrategy: (attempt) => Math.min(reconnectDelay(attempt, 100), 1000),
};

/**
 * Results are for looking back, not a record: bounded by count and by age. A job that fails, or is killed at its hard
 * limit, runs again after 1, 2, 4 and 8 s, up to half of each left to chance.
 */
const JOB_DEFAULTS: DefaultJobOptions = {
  removeOnComplete: { count: 1000, age: DAY_SECONDS },
  removeOnFail: { count: 5000, age: 7 * DAY_SECONDS },
  attempts: 5,
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
};

/** Options of a queue as its producers use it. BullMQ gets options, never a client: it must own what it closes. */
export function producerOptions(config: Config, queue: QueueName): QueueOptions {
  return {
    connection: connectionOptions(config, `queue:${queue}:producer`, PRODUCER),
    prefix: keys.queuePrefix(),
    defaultJobOptions: JOB_DEFAULTS,
  };
}

/**
 * Options of a queue's worker. A worker that dies loses its jobs to another one within lockDuration + stalledInterval,
 * 7.5 s; all workers must have the same values, because the dead one's lock counts.
 */
export function workerOptions(config: Config, queue: QueueName): WorkerOptions {
  return {
    connection: connectionOptions(config, `queue:${queue}:worker`, WORKER),
    prefix: keys.queuePrefix(),
    concurrency: CONCURRENCY[queue],
    lockDuration: 6000,
    stalledInterval: 1500,
    maxStalledCount: MAX_STALLED,
    runRetryDelay: 1000, // of its own, a worker stands still for 15 s after an error of the connection
  };
}

function connectionOptions(config: Config, name: string, limits: RedisOptions): ConnectionOptions {
  const { queue } = config.redis.roles;
  // All its keys have one hash tag: on a Cluster, one node serves them, and BullMQ needs no more than a plain connection.
  const slot = queue.place.kind === 'cluster' ? slotOptions(queue.place, keys.queuePrefix()) : {};
  // BullMQ types options by the ioredis it was built with; the two differ in retryStrategy's null.
  return { ...limits, ...addressOptions(queue, name), ...slot } as ConnectionOptions;
}
