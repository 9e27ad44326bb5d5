import { randomUUID } from 'node:crypto';

import { channels, keys } from '../redis.keys.js';
import type { RedisRoleName } from '../redis.roles.js';

/** A command that is really sent. Refused ones are chosen so that they do no harm if they are let through. */
export type Action = readonly [command: string, ...args: string[]];

export interface RoleActions {
  readonly allowed: readonly Action[];
  readonly refused: readonly Action[];
}

const ADMIN_ONLY: readonly Action[] = [
  ['ACL', 'LIST'],
  ['CLIENT', 'LIST'],
  ['CONFIG', 'GET', 'maxmemory'],
  ['SCAN', '0', 'COUNT', '1'],
];

/** What each role tries when it is verified; a new probe name each time, so that two runs never meet. */
export function roleActions(role: RedisRoleName): RoleActions {
  const probe = `verify:${randomUUID()}`;
  const { allowed, refused } = ACTIONS[role](probe);
  return {
    allowed: [['PING'], ['INFO', 'server'], ...allowed],
    refused: [...refused, ...ADMIN_ONLY],
  };
}

const ACTIONS: Record<RedisRoleName, (probe: string) => RoleActions> = {
  app: (probe) => ({
    allowed: [
      ['SET', keys.cacheHealth(probe), '1', 'EX', '10'],
      ['UNLINK', keys.cacheHealth(probe)],
      ['SET', `${keys.queuePrefix()}:${probe}`, '1', 'PX', '1000'],
      ['EVAL', "return redis.call('del', KEYS[1])", '1', `${keys.queuePrefix()}:${probe}`],
    ],
    refused: [
      ['GET', keys.realtimeHealth(probe)],
      ['XADD', `${keys.alertStream('low')}:${probe}`, 'NOMKSTREAM', '*', 'seq', '0'],
      ['SPUBLISH', channels.health(probe), ''],
      ['SET', keys.realtimeHealth(probe), '1', 'PX', '1'],
    ],
  }),
  queue: (probe) => ({
    allowed: [
      ['SET', `${keys.queuePrefix()}:${probe}`, '1', 'PX', '1000'],
      ['EVAL', "return redis.call('del', KEYS[1])", '1', `${keys.queuePrefix()}:${probe}`],
    ],
    refused: [
      ['EVAL', `return redis.call('get', '${keys.cacheHealth(probe)}')`, '0'],
      ['GET', keys.cacheHealth(probe)],
      ['SPUBLISH', channels.health(probe), ''],
    ],
  }),
  websocket: (probe) => ({
    allowed: [
      ['SPUBLISH', channels.health(probe), ''],
      ['PUBSUB', 'SHARDNUMSUB', channels.health(probe)],
    ],
    refused: [
      ['GET', keys.cacheHealth(probe)],
      ['SET', keys.refusedWrite(), '1', 'PX', '1'],
      ['PUBLISH', `${channels.broadcast()}:${probe}`, ''],
      ['EVAL', 'return 1', '0'],
    ],
  }),
  realtime: (probe) => ({
    allowed: [
      ['SET', keys.realtimeHealth(probe), '1', 'EX', '10'],
      ['GET', keys.realtimeHealth(probe)],
      // NOMKSTREAM: nothing is added to a stream that is not there.
      ['XADD', `${keys.alertStream('low')}:${probe}`, 'NOMKSTREAM', '*', 'seq', '0'],
      ['XLEN', keys.alertStream('low')],
      // No entry has this id.
      ['XDEL', keys.pending(), '0-1'],
    ],
    refused: [
      ['GET', keys.cacheHealth(probe)],
      ['XLEN', `${keys.queuePrefix()}:${probe}`],
      ['PUBLISH', `${channels.broadcast()}:${probe}`, ''],
      ['EVAL', 'return 1', '0'],
    ],
  }),
  monitoring: (probe) => ({
    allowed: [['DBSIZE'], ['INFO', 'errorstats']],
    refused: [
      ['SET', keys.refusedWrite(), '1', 'PX', '1'],
      ['GET', keys.cacheHealth(probe)],
      ['XLEN', keys.alertStream('low')],
      ['PUBLISH', `${channels.broadcast()}:${probe}`, ''],
    ],
  }),
};
