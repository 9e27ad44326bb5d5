import { Injectable } from '@nestjs/common';
import { PendingStream } from '../alerts/pending-stream.js';
import { InjectClock, type Clock } from '../clock.js';
import { keys } from '../redis/redis.keys.js';
import { InjectRedis } from '../redis/redis.modules.js';
import { RoleConnections } from '../redis/role-connections.js';
import { within } from '../time-limit.js';
import { Fresh } from './fresh.js';
import { RealtimeRedisIndicator } from './realtime-redis.indicator.js';

const PROBE_LIMIT_MS = 1000;

/** Whether Redis would keep an alert while Postgres is away, and what it keeps now. */
export interface IntakeHealth {
  readonly takes: boolean;
  /** Presses that wait for Postgres, and entries that it cannot store; undefined while Redis cannot be asked. */
  readonly counts?: { readonly pending: number; readonly refused: number };
}

/** The intake of alerts without Postgres: realtime_user may write, and the server keeps an append-only file. */
@Injectable()
export class IntakeIndicator {
  readonly #stream: PendingStream;
  readonly #fresh: Fresh<IntakeHealth>;

  constructor(
    @InjectRedis('realtime') realtime: RoleConnections,
    private readonly user: RealtimeRedisIndicator,
    @InjectClock() clock: Clock,
  ) {
    this.#stream = new PendingStream(realtime.commandsAt(keys.pending(), 'intake-health'));
    this.#fresh = new Fresh(() => this.#probe(), clock);
  }

  /** The last outcome, at most a second old; never rejects. */
  probe(): Promise<IntakeHealth> {
    return this.#fresh.get();
  }

  async #probe(): Promise<IntakeHealth> {
    try {
      const [{ userStatus }, counts] = await within(
        PROBE_LIMIT_MS,
        Promise.all([this.user.probe(), this.#stream.counts()]),
      );
      const takes = await within(PROBE_LIMIT_MS, this.#stream.check()).then(
        () => userStatus === 'healthy',
        () => false,
      );
      return { takes, counts };
    } catch {
      return { takes: false }; // the health of the user says why
    }
  }
}
