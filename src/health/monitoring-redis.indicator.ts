import { Injectable } from '@nestjs/common';
import { InjectClock, type Clock } from '../clock.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { classifyRedisError } from '../redis/redis-error.js';
import { keys } from '../redis/redis.keys.js';
import { InjectRedis } from '../redis/redis.modules.js';
import { RoleConnections } from '../redis/role-connections.js';
import type { RoleClient } from '../redis/role-client.js';
import { ClusterFigures } from './cluster-figures.js';
import { DenialWatch } from './denial-watch.js';
import { ProbeFailure, probeUser } from './probe-user.js';
import { FIGURE_SECTIONS, readServerFigures, type ServerFigures } from './server-figures.js';
import { reportName } from './user-health.js';
import { freshUserProbe, type UserIndicator } from './user-indicator.js';

/** monitoring_user can read the server's figures, and may not write. */
@Injectable()
export class MonitoringRedisIndicator implements UserIndicator {
  readonly role = 'monitoring';
  readonly reported = true;
  readonly user: string;
  readonly probe: UserIndicator['probe'];
  #figures: ServerFigures | undefined;
  readonly #denials: DenialWatch;

  constructor(
    @InjectRedis('monitoring') connections: RoleConnections,
    @InjectConfig() config: Config,
    @InjectClock() clock: Clock,
  ) {
    // One user for all may write, of course: then there is nothing to prove.
    const fenced = config.redis.isolation === 'acl';
    const { commands } = connections;
    const cluster =
      connections.config.place.kind === 'cluster' ? new ClusterFigures(connections, readFigures) : undefined;
    this.user = reportName(config, this.role);
    this.#denials = new DenialWatch(clock);
    this.probe = freshUserProbe(this.user, clock, async () => {
      let figures: ServerFigures | undefined;
      const health = await probeUser([commands], async () => {
        figures = await (cluster ? cluster.all() : readFigures(commands));
        if (fenced) await expectRefusedWrite(commands);
      });
      this.#figures = figures;
      // A service that is not ours to configure may refuse as it likes.
      if (figures && fenced) this.#denials.observe({ ...figures, denials: figures.aclDenials });
      return health;
    });
  }

  /** What the server said at the last probe; undefined while it cannot be asked. */
  async figures(): Promise<ServerFigures | undefined> {
    await this.probe();
    return this.#figures;
  }

  /** How many commands and logins the server refused lately; 0 after a minute without any. */
  get deniedLately(): number {
    return this.#denials.lately;
  }
}

async function readFigures(redis: RoleClient): Promise<ServerFigures> {
  const [info] = await Promise.all([redis.info(...FIGURE_SECTIONS), redis.dbsize(), redis.ping()]);
  return readServerFigures(info);
}

async function expectRefusedWrite(redis: RoleClient): Promise<void> {
  try {
    // Should it be allowed by mistake, the key is gone in a millisecond.
    await redis.psetex(keys.refusedWrite(), 1, 'x');
  } catch (error) {
    if (classifyRedisError(error).code === 'REDIS_NOPERM') return;
    throw error;
  }
  throw new ProbeFailure('The monitoring user may write: run `npm run acl -- verify`, then `apply`');
}
