import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectClock, type Clock } from '../clock.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { keys } from '../redis/redis.keys.js';
import { InjectRedis } from '../redis/redis.modules.js';
import { RoleConnections } from '../redis/role-connections.js';
import { probeUser } from './probe-user.js';
import { writeAndReadBack } from './write-and-read-back.js';
import { reportName } from './user-health.js';
import { freshUserProbe, type UserIndicator } from './user-indicator.js';

/** app_user can do what the cache does: write a key and read it. */
@Injectable()
export class AppRedisIndicator implements UserIndicator {
  readonly role = 'app';
  readonly reported = true;
  readonly user: string;
  readonly probe: UserIndicator['probe'];

  constructor(
    @InjectRedis('app') { commands }: RoleConnections,
    @InjectConfig() config: Config,
    @InjectClock() clock: Clock,
  ) {
    const key = keys.cacheHealth(randomUUID());
    this.user = reportName(config, this.role);
    this.probe = freshUserProbe(this.user, clock, () => probeUser([commands], () => writeAndReadBack(commands, key)));
  }
}
