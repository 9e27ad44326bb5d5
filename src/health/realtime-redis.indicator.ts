import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectClock, type Clock } from '../clock.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { keys } from '../redis/redis.keys.js';
import { InjectRedis } from '../redis/redis.modules.js';
import { RoleConnections } from '../redis/role-connections.js';
import type { RoleClient } from '../redis/role-client.js';
import { ProbeFailure, probeUser } from './probe-user.js';
import { reportName } from './user-health.js';
import { freshUserProbe, type UserIndicator } from './user-indicator.js';
import { writeAndReadBack } from './write-and-read-back.js';

/** Enough for the probes of many processes at once; the user may not delete, so the stream stays, this small. */
const PROBE_STREAM_LENGTH = 100;

/** realtime_user can do what alerts need: write and read a key, add to a stream and read it. */
@Injectable()
export class RealtimeRedisIndicator implements UserIndicator {
  readonly role = 'realtime';
  readonly reported = true;
  readonly user: string;
  readonly probe: UserIndicator['probe'];

  constructor(
    @InjectRedis('realtime') { commands }: RoleConnections,
    @InjectConfig() config: Config,
    @InjectClock() clock: Clock,
  ) {
    const key = keys.realtimeHealth(randomUUID());
    this.user = reportName(config, this.role);
    this.probe = freshUserProbe(this.user, clock, () =>
      probeUser([commands], async () => {
        await writeAndReadBack(commands, key);
        await addToStreamAndReadBack(commands);
      }),
    );
  }
}

async function addToStreamAndReadBack(redis: RoleClient): Promise<void> {
  const stream = keys.realtimeHealth('stream');
  const probe = randomUUID();
  const id = await redis.xadd(stream, 'MAXLEN', '~', PROBE_STREAM_LENGTH, '*', 'probe', probe);
  const [entry] = await redis.xrange(stream, id ?? '-', id ?? '+');
  if (entry?.[1][1] !== probe) throw new ProbeFailure('What was read from the stream is not what was added');
}
