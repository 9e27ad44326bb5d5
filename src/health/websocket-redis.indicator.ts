import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectClock, type Clock } from '../clock.js';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { channels } from '../redis/redis.keys.js';
import { InjectRedis } from '../redis/redis.modules.js';
import { REQUEST_PATH } from '../redis/redis.options.js';
import { RoleConnections } from '../redis/role-connections.js';
import type { RoleClient } from '../redis/role-client.js';
import { ProbeFailure, probeUser } from './probe-user.js';
import { within } from '../time-limit.js';
import { reportName } from './user-health.js';
import { freshUserProbe, type UserIndicator } from './user-indicator.js';

const HEARD_WITHIN_MS = 1000;

/** websocket_user can do what the Socket.IO adapter does: publish to a sharded channel and receive it. */
@Injectable()
export class WebsocketRedisIndicator implements UserIndicator {
  readonly role = 'websocket';
  readonly reported = true;
  readonly user: string;
  readonly probe: UserIndicator['probe'];

  constructor(
    @InjectRedis('websocket') connections: RoleConnections,
    @InjectConfig() config: Config,
    @InjectClock() clock: Clock,
  ) {
    const { commands } = connections;
    let subscriber: RoleClient | undefined;
    const channel = channels.health(randomUUID());
    this.user = reportName(config, this.role);
    this.probe = freshUserProbe(this.user, clock, () => {
      const hearing = (subscriber ??= connections.open('health', { ...REQUEST_PATH, autoResubscribe: false }));
      return probeUser([commands, hearing], async () => {
        await publishAndReceive(commands, hearing, channel);
        if (connections.isDeaf) throw new ProbeFailure('The Socket.IO adapter of this process does not hear');
      });
    });
  }
}

/**
 * Subscribes anew each time: ioredis stays deaf for ever after a re-subscription that was refused, also when the
 * permission comes back.
 */
async function publishAndReceive(publisher: RoleClient, subscriber: RoleClient, channel: string): Promise<void> {
  const sent = randomUUID();
  let heard: (() => void) | undefined;
  const received = new Promise<void>((resolve) => (heard = resolve));
  const listen = (from: string, message: string) => {
    if (from === channel && message === sent) heard?.();
  };
  subscriber.on('smessage', listen);
  try {
    await subscriber.ssubscribe(channel);
    await publisher.spublish(channel, sent);
    // It may never come, where two connections reach two servers: then this must end, and not wait once more a second.
    await within(HEARD_WITHIN_MS, received);
    await subscriber.sunsubscribe(channel);
  } finally {
    subscriber.off('smessage', listen);
  }
}
