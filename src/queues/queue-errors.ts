import type { EventEmitter } from 'node:events';
import type { Logger } from '@nestjs/common';
import { classifyRedisError, scrubRedisError, type RedisErrorCode } from '../redis/redis-error.js';

/**
 * Listens to the errors of a BullMQ object: without a listener they end the process or reach the console with the
 * password in them, because BullMQ's clients are plain ioredis. Says each kind of failure once until it is over.
 */
export function reportErrors(source: Pick<EventEmitter, 'on'>, what: string, logger: Logger): void {
  let reported: RedisErrorCode | undefined;
  source.on('error', (error: unknown) => {
    scrubRedisError(error);
    const { code, message } = classifyRedisError(error);
    if (code === reported) return;
    reported = code;
    logger.error({ code }, `${what}: ${message}`);
  });
  source.on('ready', () => {
    if (reported) logger.log(`${what}: connected again`);
    reported = undefined;
  });
}
