import { Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { isSamePlace } from '../config/redis-place.js';
import { InjectRedis, RealtimeRedis } from '../redis/redis.modules.js';
import { RoleConnections } from '../redis/role-connections.js';
import { evictionProblem, readServerInfo } from '../redis/server-info.js';

const READY_WAIT_MS = 1000;

/**
 * Refuses to start on a Redis that may evict streams or jobs: it loses them silently when it is full
 * (BullMQ merely warns). A Redis that is away cannot be asked; the doctor asks it once it is there, and health the one
 * that monitoring is at.
 */
@Injectable()
class EvictionGuard implements OnApplicationBootstrap {
  constructor(
    @InjectRedis('realtime') private readonly realtime: RoleConnections,
    @InjectConfig() private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all([refuseEviction(this.realtime), this.#refuseForJobs()]);
  }

  /** BullMQ opens its connections by itself: a server that has jobs and no streams is asked by one of our own. */
  async #refuseForJobs(): Promise<void> {
    const { queue, realtime } = this.config.redis.roles;
    if (isSamePlace(queue.place, realtime.place)) return;
    const connections = new RoleConnections('queue', queue);
    connections.connect();
    try {
      await refuseEviction(connections);
    } finally {
      await connections.close();
    }
  }
}

async function refuseEviction(connections: RoleConnections): Promise<void> {
  if (!(await connections.ready(READY_WAIT_MS))) return;
  const servers = await connections.infoOfServers('memory').catch(() => []);
  const problem = servers.map((info) => evictionProblem(readServerInfo(info))).find(Boolean);
  if (problem) throw new Error(`Redis of the role ${connections.role}: ${problem}`);
}

/** Import it into a role's root to keep that role off a Redis that forgets. */
@Module({ imports: [RealtimeRedis], providers: [EvictionGuard] })
export class EvictionGuardModule {}
