import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Inject, Injectable, Logger, Module } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { reportErrors } from './queue-errors.js';
import { producerOptions } from './queue-options.js';
import { QUEUE_NAMES } from './queue-map.js';

const queues = QUEUE_NAMES.map((name) =>
  BullModule.registerQueueAsync({
    name,
    inject: [CONFIG],
    useFactory: (config: Config) => producerOptions(config, name),
  }),
);

/** Listens to each queue from the moment it exists, before its first connection can fail. */
@Injectable()
class QueueErrors {
  constructor(
    @Inject(getQueueToken('notifications')) notifications: Queue,
    @Inject(getQueueToken('messages')) messages: Queue,
    @Inject(getQueueToken('maintenance')) maintenance: Queue,
  ) {
    const logger = new Logger('Queues');
    for (const queue of [notifications, messages, maintenance]) reportErrors(queue, `queue ${queue.name}`, logger);
  }
}

/** The queues, for those who add jobs: `@InjectQueue('notifications')`. Closed after everything that may still add. */
@Module({ imports: queues, providers: [QueueErrors], exports: queues })
export class QueuesModule {}
