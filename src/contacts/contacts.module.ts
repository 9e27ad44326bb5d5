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
import { receiptKey } from '../channels/receipt-token.js';
import { ReachLedger } from '../reach/reach-ledger.js';
import { ReachModule } from '../reach/reach.module.js';
import { ContactsController } from './contacts.controller.js';
import { DeliveryReceipts } from './delivery-receipts.js';
import { NotificationsController } from './notifications.controller.js';
import { OwnContacts } from './own-contacts.js';
import { OwnNotificationsController } from './own-notifications.controller.js';
import { OwnQuietHours } from './own-quiet-hours.js';

type OwnContactsNeeds = [Database, RateLimits, Clock, Config];

/** How people want to be reached, over HTTP. What is sent to them is sent by workers. */
@Module({
  imports: [AuthModule, DatabaseModule, LimitsModule, ReachModule],
  providers: [
    {
      provide: OwnContacts,
      inject: [Database, RateLimits, CLOCK, CONFIG],
      useFactory: (...[database, limits, clock, { env }]: OwnContactsNeeds) => {
        const allowed = new AllowedHosts(env.NABOOM_WEBHOOK_ALLOWED_HOSTS);
        const countryCode = env.NABOOM_COUNTRY_CODE;
        const smsCountries = env.NABOOM_SMS_COUNTRIES.length > 0 ? env.NABOOM_SMS_COUNTRIES : [countryCode];
        const rules = { countryCode, smsCountries, allowed, resolve: systemResolve };
        return new OwnContacts({ database, limits, clock, channels: channelsOn(env), rules });
      },
    },
    {
      provide: OwnQuietHours,
      inject: [Database, CONFIG],
      useFactory: (database: Database, { env }: Config) => new OwnQuietHours(database, env.NABOOM_TIME_ZONE),
    },
    {
      provide: DeliveryReceipts,
      inject: [Database, ReachLedger, CLOCK, CONFIG],
      useFactory: (database: Database, ledger: ReachLedger, clock: Clock, { env }: Config) =>
        new DeliveryReceipts({ database, ledger, clock, key: receiptKey(env.NABOOM_OPERATOR_KEY) }),
    },
  ],
  controllers: [ContactsController, OwnNotificationsController, NotificationsController],
})
export class ContactsModule {}
