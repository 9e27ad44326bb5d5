import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { Database } from './database.js';

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
export class DatabaseModule implements OnApplicationShutdown {
  constructor(private readonly modules: ModuleRef) {}

  async onApplicationShutdown(): Promise<void> {
    await this.modules.get(Database).close();
  }
}
