import { randomUUID } from 'node:crypto';
import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { InjectClock, type Clock } from '../clock.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { isSamePlace } from '../config/redis-place.js';
import { keys } from '../redis/redis.keys.js';
import { RoleConnections } from '../redis/role-connections.js';
import { probeUser } from './probe-user.js';
import { reportName } from './user-health.js';
import { freshUserProbe, type UserIndicator } from './user-indicator.js';
import { writeAndReadBack } from './write-and-read-back.js';

/**
 * The queue's user can write and read in the queue's database. BullMQ opens and closes its own connections; this one
 * is the probe's own. In the report only where the queue has a user or a server of its own.
 */
@Injectable()
export class QueueRedisIndicator implements UserIndicator, OnModuleInit, OnApplicationShutdown {
  readonly role = 'queue';
  readonly reported: boolean;
  readonly user: string;
  readonly probe: UserIndicator['probe'];
  readonly #connections: RoleConnections;

  constructor(@InjectConfig() config: Config, @InjectClock() clock: Clock) {
    const { app, queue } = config.redis.roles;
    this.reported = queue.username !== app.username || !isSamePlace(queue.place, app.place);
    this.#connections = new RoleConnections('queue', queue);
    const { commands } = this.#connections;
    const key = keys.queueHealth(randomUUID());
    this.user = queue.username === app.username ? `${reportName(config, 'app')}:queue` : reportName(config, 'queue');
    this.probe = freshUserProbe(this.user, clock, () => probeUser([commands], () => writeAndReadBack(commands, key)));
  }

  onModuleInit(): void {
    this.#connections.connect();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#connections.close();
  }
}
