import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { Sessions } from '../auth/sessions.js';
import { CLOCK, type Clock } from '../clock.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { Accounts } from './accounts.js';
import { Passwords } from './passwords.js';
import { People } from './people.service.js';
import { Pins } from './pins.js';
import { UserAdministration } from './user-administration.js';

/** The accounts of people; no HTTP. */
@Module({
  imports: [AuthModule, DatabaseModule, LimitsModule],
  providers: [
    Passwords,
    People,
    {
      provide: Accounts,
      inject: [Database, Passwords, CLOCK],
      useFactory: (database: Database, passwords: Passwords, clock: Clock) =>
        new Accounts({ database, passwords, clock }),
    },
    {
      provide: Pins,
      inject: [Database, Passwords],
      useFactory: (database: Database, passwords: Passwords) => new Pins(database, passwords),
    },
    {
      provide: UserAdministration,
      inject: [Database, Passwords, CLOCK, Sessions],
      useFactory: (database: Database, passwords: Passwords, clock: Clock, sessions: Sessions) =>
        new UserAdministration({ database, passwords, clock, endAfter: (work) => sessions.endAfter(work) }),
    },
  ],
  exports: [People, Accounts, Pins, UserAdministration],
})
export class PeopleModule {}
