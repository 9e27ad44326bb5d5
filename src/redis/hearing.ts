import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { within } from '../time-limit.js';
import { classifyRedisError } from './redis-error.js';
import { channels } from './redis.keys.js';
import type { RoleClient } from './role-client.js';
import type { RoleRedis } from './role-redis.js';

const LISTEN_EVERY_MS = 2000;
const HEARD_WITHIN_MS = 1000;
/**
 * After so many probes in a row that did not come back, the connection is made anew; after so many looks at which there
 * is none, that is told. A reconnect takes less than the time between two.
 */
const PATIENCE = 2;

/**
 * Keeps a subscriber hearing. ioredis takes subscriptions up again after a reconnect, but forgets those that the server
 * refused: its connection is ready then, and deaf for ever, also when the permission comes back. So again and again
 * everything that was ever asked for is asked for once more (which changes nothing where it stands), and a message to
 * itself must come back.
 */
export class Hearing {
  readonly #logger = new Logger('Redis:subscriber');
  readonly #channel = channels.health(randomUUID());
  readonly #timer: NodeJS.Timeout;
  #missed = 0;
  /** Looks, since it last heard itself, at which it was not connected and its publisher was. */
  #absent = 0;
  #isBusy = false;

  constructor(
    private readonly subscriber: RoleRedis,
    private readonly publisher: RoleClient,
    everyMs = LISTEN_EVERY_MS,
  ) {
    this.#timer = setInterval(() => void this.#listen(), everyMs);
    this.#timer.unref();
    subscriber.once('end', () => this.stop());
  }

  /** True while probes do not come back although both connections stand, or the subscriber's alone stays away. */
  get isDeaf(): boolean {
    return this.#missed > 0 || this.#absent >= PATIENCE;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #listen(): Promise<void> {
    if (this.#isBusy) return;
    if (this.subscriber.status !== 'ready') return this.#onAbsence();
    this.#isBusy = true;
    try {
      // Also while nobody can speak: a server that hangs under both is left by both.
      await within(HEARD_WITHIN_MS, this.subscriber.ssubscribe(this.#channel, ...this.subscriber.shardChannels));
      // Who cannot speak cannot tell who hears.
      if (this.publisher.status !== 'ready') return;
      await this.#hearItself();
      if (this.isDeaf) this.#logger.log('hears again');
      this.#missed = 0;
      this.#absent = 0;
    } catch (error) {
      this.#onMiss(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #hearItself(): Promise<void> {
    const sent = randomUUID();
    let onMessage: (channel: string, message: string) => void = () => undefined;
    const heard = new Promise<void>((resolve) => {
      onMessage = (channel, message) => void (channel === this.#channel && message === sent && resolve());
    });
    this.subscriber.on('smessage', onMessage);
    try {
      await this.publisher.spublish(this.#channel, sent);
      await within(HEARD_WITHIN_MS, heard);
    } finally {
      this.subscriber.off('smessage', onMessage);
    }
  }

  /** It takes its subscriptions up when it is connected; where the publisher is away too, that tells of the server. */
  #onAbsence(): void {
    if (this.publisher.status !== 'ready') return;
    this.#absent += 1;
    if (this.#absent !== PATIENCE) return;
    this.#logger.error({ code: this.subscriber.lastFailure?.code }, 'does not hear: it cannot connect');
  }

  #onMiss(error: unknown): void {
    const { code } = classifyRedisError(error);
    this.#missed += 1;
    if (this.#missed === 1) this.#logger.error({ code }, 'does not hear: subscribing again');
    // A permission that is missing is not found on another connection.
    if (code === 'REDIS_NOPERM' || this.#missed % PATIENCE !== 0) return;
    // It may have left by itself meanwhile.
    if (this.subscriber.status === 'ready') this.subscriber.disconnect(true);
  }
}
