import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { Database } from '../database/database.js';
import { DatabaseModule } from '../database/database.module.js';
import { LimitsModule } from '../limits/limits.module.js';
import { RateLimits } from '../limits/rate-limits.js';
import { AllowedHosts, systemResolve } from '../notifications/webhook-target.js';
import { channelsOn } from './channels-on.js';
import { ContactsController } from './contacts.controller.js';
import { OwnContacts } from './own-contacts.js';

type OwnContactsNeeds = [Database, RateLimits, Clock, Config];

/** How people want to be reached, over HTTP. What is sent to them is sent by workers. */
@Module({
  imports: [AuthModule, DatabaseModule, LimitsModule],
  providers: [
    {
      provide: OwnContacts,
      inject: [Database, RateLimits, CLOCK, CONFIG],
      useFactory: (...[database, limits, clock, { env }]: OwnContactsNeeds) => {
        const allowed = new AllowedHosts(env.NABOOM_WEBHOOK_ALLOWED_HOSTS);
        const rules = { countryCode: env.NABOOM_COUNTRY_CODE, allowed, resolve: systemResolve };
        return new OwnContacts({ database, limits, clock, channels: channelsOn(env), rules });
      },
    },
  ],
  controllers: [ContactsController],
})
export class ContactsModule {}
