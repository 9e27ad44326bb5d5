import { Inject, Injectable } from '@nestjs/common';
import { InjectClock, type Clock } from '../clock.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import type { RedisConfig } from '../config/redis-config.js';
import { VERSION } from './version.js';

/** What a process does; health only repeats it. */
export type HealthRole = 'api' | 'worker' | 'all';
export const HEALTH_ROLE = Symbol('HealthRole');

/** What an answer tells of the process that gives it. */
export interface Answer {
  readonly redis: RedisConfig;
  readonly role: HealthRole;
  readonly version: string;
  readonly at: Date;
}

/** The process that answers. */
@Injectable()
export class Answerer {
  constructor(
    @InjectConfig() private readonly config: Config,
    @InjectClock() private readonly clock: Clock,
    @Inject(HEALTH_ROLE) private readonly role: HealthRole,
  ) {}

  now(): Answer {
    return { redis: this.config.redis, role: this.role, version: VERSION, at: this.clock.now() };
  }
}
