import { Inject, Module, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { DirectoryChanges } from './directory-changes.js';

/** What changed among people and areas, told to this process. */
@Module({
  imports: [DatabaseModule],
  providers: [
    {
      provide: DirectoryChanges,
      inject: [Database],
      useFactory: (database: Database) => new DirectoryChanges(database),
    },
  ],
  exports: [DirectoryChanges],
})
export class DirectoryChangesModule implements OnModuleInit, BeforeApplicationShutdown {
  constructor(@Inject(DirectoryChanges) private readonly changes: DirectoryChanges) {}

  onModuleInit(): void {
    this.changes.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.changes.stop();
  }
}
