import { Injectable, Module } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { AppRedis, InjectRedis } from '../redis/redis.modules.js';
import type { RoleConnections } from '../redis/role-connections.js';
import type { RoleClient } from '../redis/role-client.js';
import { KnownAddresses } from './known-addresses.js';
import { LoginLimits } from './login-limits.js';
import { RateLimits } from './rate-limits.js';
import { OneAtATime } from './one-at-a-time.js';

@Injectable()
class LimitsRedis {
  readonly connection: RoleClient;

  constructor(@InjectRedis('app') app: RoleConnections) {
    this.connection = app.commands;
  }
}

/** How often something may be tried, as app_user. Raising an alert is never limited. */
@Module({
  imports: [AppRedis],
  providers: [
    LimitsRedis,
    {
      provide: RateLimits,
      inject: [LimitsRedis],
      useFactory: ({ connection }: LimitsRedis) => new RateLimits(connection),
    },
    {
      provide: LoginLimits,
      inject: [RateLimits, LimitsRedis, CLOCK],
      useFactory: (limits: RateLimits, { connection }: LimitsRedis, clock: Clock) =>
        new LoginLimits({ limits, known: new KnownAddresses(connection), turns: new OneAtATime(clock) }),
    },
  ],
  exports: [RateLimits, LoginLimits],
})
export class LimitsModule {}
