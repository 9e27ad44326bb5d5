import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { reportErrors } from './queue-errors.js';
import { producerOptions } from './queue-options.js';
import { QUEUE_NAMES, type QueueName } from './queue-map.js';
import { within } from '../time-limit.js';

/** The goodbye of a queue; a command of it ends within a second anyway. */
const CLOSE_MS = 1200;

/** Every queue by its name; `@Inject(QUEUES)`. */
export const QUEUES = Symbol('QUEUES');
export type Queues = ReadonlyMap<QueueName, Queue>;

const queues = QUEUE_NAMES.map((name) =>
  BullModule.registerQueueAsync({
    name,
    inject: [CONFIG],
    useFactory: (config: Config) => producerOptions(config, name),
  }),
);

/** Listens to each queue from the moment it exists, before its first connection can fail. */
const all = {
  provide: QUEUES,
  inject: QUEUE_NAMES.map((name) => getQueueToken(name)),
  useFactory: (...opened: Queue[]): Queues => {
    const logger = new Logger('Queues');
    for (const queue of opened) reportErrors(queue, `queue ${queue.name}`, logger);
    return new Map(opened.map((queue, index) => [QUEUE_NAMES[index]!, queue]));
  },
};

/**
 * The queues, for those who add jobs: `@InjectQueue('notifications')`. Closed after everything that may still add, and all at
 * once: BullModule, whose turn is later, would wait for each, and leaves unheard what a Redis that hangs does to them.
 */
@Module({ imports: queues, providers: [all], exports: [...queues, QUEUES] })
export class QueuesModule implements OnApplicationShutdown {
  constructor(@Inject(QUEUES) private readonly queues: Queues) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.queues.values()].map(closeQueue));
  }
}

async function closeQueue(queue: Queue): Promise<void> {
  try {
    await within(CLOSE_MS, queue.close());
  } catch {
    // There is nothing to say goodbye to. It is cut, and closed for BullModule.
    await within(CLOSE_MS, queue.disconnect()).catch(() => undefined);
    queue.closing = Promise.resolve();
  }
}
