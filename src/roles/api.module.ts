import { Module } from '@nestjs/common';
import { AlertsController } from '../alerts/alerts.controller.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { AreasHttpModule } from '../areas/areas-http.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { InboundModule } from '../inbound/inbound.module.js';
import { ApiKeysController } from '../people/api-keys.controller.js';
import { AuthController } from '../people/auth.controller.js';
import { OwnAccountController } from '../people/own-account.controller.js';
import { PeopleModule } from '../people/people.module.js';
import { UsersController } from '../people/users.controller.js';
import { PagesModule } from '../pages/pages.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';

const PEOPLE = [AuthController, OwnAccountController, UsersController, ApiKeysController];

/** Takes alerts over HTTP, sockets, SMS and USSD, brings them to sockets, keeps accounts and areas, serves the pages. */
@Module({
  imports: [AlertsModule, AreasHttpModule, AuthModule, InboundModule, PeopleModule, RealtimeModule, PagesModule],
  controllers: [AlertsController, ...PEOPLE],
})
export class ApiModule {}
