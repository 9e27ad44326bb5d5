import { Injectable, Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { Database } from '../database/database.js';
import { InjectRedis, RealtimeRedis } from '../redis/redis.modules.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { Positions } from './positions.js';

/** The realtime role, for the short-lived cache alone. */
@Injectable()
class PositionsRedis {
  constructor(@InjectRedis('realtime') readonly connections: RoleConnections) {}
}

/** Where responders are right now. */
@Module({
  imports: [RealtimeRedis, DatabaseModule],
  providers: [
    PositionsRedis,
    {
      provide: Positions,
      inject: [PositionsRedis, Database],
      useFactory: ({ connections }: PositionsRedis, database: Database) => new Positions(connections, database),
    },
  ],
  exports: [Positions],
})
export class PositionsModule {}
