import { Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { isSamePlace } from '../config/redis-place.js';
import { AppRedis, InjectRedis, RealtimeRedis } from '../redis/redis.modules.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { evictionProblem, readServerInfo } from '../redis/server-info.js';

const READY_WAIT_MS = 1000;

/**
 * Refuses to start on a Redis that may evict streams or jobs: it loses them silently when it is full
 * (BullMQ merely warns). A Redis that is away cannot be asked; health reports it once it is there.
 */
@Injectable()
class EvictionGuard implements OnApplicationBootstrap {
  constructor(
    @InjectRedis('app') private readonly app: RoleConnections,
    @InjectRedis('realtime') private readonly realtime: RoleConnections,
    @InjectConfig() private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { app, queue } = this.config.redis.roles;
    const jobsAreHere = isSamePlace(app.place, queue.place);
    await Promise.all([refuseEviction(this.realtime), ...(jobsAreHere ? [refuseEviction(this.app)] : [])]);
  }
}

async function refuseEviction(connections: RoleConnections): Promise<void> {
  if (!(await connections.ready(READY_WAIT_MS))) return;
  const servers = await connections.infoOfServers('memory').catch(() => []);
  const problem = servers.map((info) => evictionProblem(readServerInfo(info))).find(Boolean);
  if (problem) throw new Error(`Redis of the role ${connections.role}: ${problem}`);
}

/** Import it into a role's root to keep that role off a Redis that forgets. */
@Module({ imports: [AppRedis, RealtimeRedis], providers: [EvictionGuard] })
export class EvictionGuardModule {}
