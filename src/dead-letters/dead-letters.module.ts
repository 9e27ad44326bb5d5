import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLetters } from './dead-letters.js';

/** Dead letters over HTTP. Postgres alone: the workers bring to BullMQ what shall run again. */
@Module({
  imports: [AuthModule, DatabaseModule],
  controllers: [DeadLettersController],
  providers: [
    { provide: DeadLetters, inject: [Database], useFactory: (database: Database) => new DeadLetters(database) },
  ],
})
export class DeadLettersModule {}
