import { Inject, Injectable, Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { AlertReader } from '../alerts/alert-reader.js';
import { AlertStream } from '../alerts/alert-stream.js';
import { AlertsModule } from '../alerts/alerts.module.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { EscalationQueue } from '../escalation/escalation-queue.js';
import { EscalationReader } from '../escalation/escalation-reader.js';
import type { EscalationRow } from '../escalation/escalation-rows.js';
import type { DueSweeper } from '../queues/due-sweeper.js';
import { JobWorkers } from '../queues/job-workers.js';
import { JobWorkersModule } from '../queues/job-workers.module.js';
import { QueuesModule } from '../queues/queues.module.js';
import { Deliveries, type DueDelivery } from './deliveries.js';
import { DeliveryQueue } from './delivery-queue.js';
import { DeliveryReader } from './delivery-reader.js';
import { deliverySweepers } from './delivery-sweeper.js';
import type { AddedNotice } from './notices.js';
import { LogCursors } from './log-cursors.js';
import { LogFollower } from './log-follower.js';
import { StreamBackfill } from './stream-backfill.js';

type DeliveryReaderNeeds = [Database, LogCursors, Deliveries, DeliveryQueue, Clock, Config];
type SweeperNeeds = [Deliveries, DeliveryQueue, JobWorkers, Clock];
/** What looks after deliveries while Redis loses jobs or is away. */
const DELIVERY_SWEEPERS = Symbol('DELIVERY_SWEEPERS');
type EscalationReaderNeeds = [Database, AlertReader, LogCursors, Wakers, Clock];
type LogFollowerNeeds = [Database, LogCursors, AlertStream, DeliveryReader, EscalationReader, StreamBackfill];

/** What makes quick what the readers add. */
@Injectable()
class Wakers {
  constructor(
    @Inject(DeliveryQueue) readonly deliveries: DeliveryQueue,
    @Inject(EscalationQueue) readonly escalations: EscalationQueue,
  ) {}
}

/** From the log to the receivers: the producing half. The jobs themselves run in the workers' children. */
@Module({
  imports: [AlertsModule, DatabaseModule, QueuesModule, JobWorkersModule],
  providers: [
    DeliveryQueue,
    EscalationQueue,
    Wakers,
    { provide: Deliveries, inject: [Database], useFactory: (database: Database) => new Deliveries(database) },
    { provide: LogCursors, inject: [Database], useFactory: (database: Database) => new LogCursors(database) },
    {
      provide: DeliveryReader,
      inject: [Database, LogCursors, Deliveries, DeliveryQueue, CLOCK, CONFIG],
      useFactory: (...[database, cursors, deliveries, queue, clock, { env }]: DeliveryReaderNeeds) =>
        new DeliveryReader({ database, cursors, deliveries, queue, clock, targets: env.NABOOM_WEBHOOK_URLS }),
    },
    {
      provide: DELIVERY_SWEEPERS,
      inject: [Deliveries, DeliveryQueue, JobWorkers, CLOCK],
      useFactory: (...[deliveries, queue, runner, clock]: SweeperNeeds) =>
        deliverySweepers({ deliveries, queue, runner, clock }),
    },
    {
      provide: EscalationReader,
      inject: [Database, AlertReader, LogCursors, Wakers, CLOCK],
      useFactory: (...[database, reader, cursors, queues, clock]: EscalationReaderNeeds) => {
        const wakers = {
          notices: (added: readonly AddedNotice[]) => queues.deliveries.addNotices(added),
          escalations: (due: readonly EscalationRow[]) => queues.escalations.add(due),
        };
        return new EscalationReader({ database, reader, cursors, wakers, clock });
      },
    },
    {
      provide: StreamBackfill,
      inject: [AlertReader, AlertStream, LogCursors, CLOCK],
      useFactory: (reader: AlertReader, stream: AlertStream, cursors: LogCursors, clock: Clock) =>
        new StreamBackfill({ reader, stream, cursors, clock }),
    },
    {
      provide: LogFollower,
      inject: [Database, LogCursors, AlertStream, DeliveryReader, EscalationReader, StreamBackfill],
      useFactory: (...[database, cursors, stream, ...readers]: LogFollowerNeeds) =>
        new LogFollower({ database, cursors, stream, readers }),
    },
  ],
  exports: [LogFollower, DeliveryQueue, EscalationQueue],
})
export class NotificationsModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    @Inject(LogFollower) private readonly follower: LogFollower,
    @Inject(DELIVERY_SWEEPERS) private readonly sweepers: readonly DueSweeper<DueDelivery>[],
  ) {}

  async onModuleInit(): Promise<void> {
    await this.follower.start();
    for (const sweeper of this.sweepers) sweeper.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.follower.stop(), ...this.sweepers.map((sweeper) => sweeper.stop())]);
  }
}
