import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { Database } from './database.js';
import { SharedClock } from './shared-clock.js';

/** One {@link Database} a process; closed last, when nothing can write any more. */
@Module({
  providers: [
    {
      provide: Database,
      inject: [CONFIG],
      useFactory: (config: Config) => new Database(config.env.DATABASE_URL, `naboom:${config.env.NABOOM_ROLE}`),
    },
  ],
  exports: [Database],
})
export class DatabaseModule implements OnModuleInit, OnApplicationShutdown {
  constructor(private readonly modules: ModuleRef) {}

  /** A clock that a test brings goes as the test wants. */
  async onModuleInit(): Promise<void> {
    const clock = this.#clock;
    if (clock instanceof SharedClock) await clock.follow(this.modules.get(Database));
  }

  async onApplicationShutdown(): Promise<void> {
    const clock = this.#clock;
    if (clock instanceof SharedClock) clock.stop();
    await this.modules.get(Database).close();
  }

  get #clock(): Clock {
    return this.modules.get<Clock>(CLOCK, { strict: false });
  }
}
