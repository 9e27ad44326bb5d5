import { Module } from '@nestjs/common';
import { AlertsController } from '../alerts/alerts.controller.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { PendingDrainModule } from '../alerts/pending-drain.module.js';
import { ApiDocsModule } from '../api-docs/api-docs.module.js';
import { AreasHttpModule } from '../areas/areas-http.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { DrillsModule } from '../drills/drills.module.js';
import { ContactsModule } from '../contacts/contacts.module.js';
import { DeadLettersModule } from '../dead-letters/dead-letters.module.js';
import { EscalationHttpModule } from '../escalation/escalation-http.module.js';
import { InboundModule } from '../inbound/inbound.module.js';
import { ApiFiguresModule } from '../metrics/api-figures.module.js';
import { ApiKeysController } from '../people/api-keys.controller.js';
import { AuthController } from '../people/auth.controller.js';
import { OwnAccountController } from '../people/own-account.controller.js';
import { PeopleModule } from '../people/people.module.js';
import { UsersController } from '../people/users.controller.js';
import { PagesModule } from '../pages/pages.module.js';
import { PositionsController } from '../positions/positions.controller.js';
import { PositionsModule } from '../positions/positions.module.js';
import { QueueBoardModule } from '../queue-board/queue-board.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { SchedulesModule } from '../schedules/schedules.module.js';

const PEOPLE = [AuthController, OwnAccountController, UsersController, ApiKeysController];
const DIRECTORY = [ContactsModule, PeopleModule, AreasHttpModule, SchedulesModule, DrillsModule, PositionsModule];
const ALERTS = [AlertsModule, PendingDrainModule, InboundModule, EscalationHttpModule, RealtimeModule];
const PAGES = [PagesModule, ApiDocsModule];
const OPERATING = [ApiFiguresModule, DeadLettersModule, QueueBoardModule];

/** Takes alerts over HTTP, sockets, SMS and USSD, brings them to the sockets, keeps accounts and areas, serves pages. */
@Module({
  imports: [AuthModule, ...ALERTS, ...DIRECTORY, ...PAGES, ...OPERATING],
  controllers: [AlertsController, PositionsController, ...PEOPLE],
})
export class ApiModule {}
