/** The Redis roles of this system. `queue` is BullMQ's: it signs in as app_user unless REDIS_QUEUE_USER splits it off. */
export const REDIS_ROLE_NAMES = ['app', 'queue', 'websocket', 'realtime', 'monitoring'] as const;
export type RedisRoleName = (typeof REDIS_ROLE_NAMES)[number];

/** What a role is for, where it works and as whom. The command rules themselves stand in redis-acl.conf. */
export interface RedisRole {
  /** Default ACL user (`REDIS_<ROLE>_USER`). */
  readonly user: string;
  /** Default database number (`REDIS_<ROLE>_DB`); an organisation aid, the key prefix is the border. */
  readonly db: number;
  /** Further database numbers that this role may select. */
  readonly furtherDbs: readonly number[];
  readonly keys: readonly string[];
  readonly channels: readonly string[];
  readonly purpose: string;
}

export const REDIS_ROLES: Record<RedisRoleName, RedisRole> = {
  app: {
    user: 'app_user',
    db: 0,
    furtherDbs: [2, 3],
    keys: ['naboom:cache:*', 'naboom:limits:*', 'naboom:sessions:*', '{naboom:queue}:*'],
    channels: [],
    purpose: 'cache (db 0), rate limits (db 0), BullMQ (db 2), sessions (db 3)',
  },
  queue: {
    user: 'queue_user',
    db: 2,
    furtherDbs: [],
    keys: ['{naboom:queue}:*'],
    channels: [],
    purpose: 'BullMQ alone, for those who want EVAL away from sessions',
  },
  websocket: {
    user: 'websocket_user',
    db: 1,
    furtherDbs: [],
    keys: [],
    channels: ['naboom:ws#*', 'emergency:broadcast'],
    purpose: 'Socket.IO sharded adapter and the broadcast channel for outside subscribers',
  },
  realtime: {
    user: 'realtime_user',
    db: 4,
    furtherDbs: [],
    keys: ['panic:*', 'emergency:*', 'naboom:realtime:*'],
    channels: [],
    purpose: 'emergency streams, the short-lived realtime cache, and presses while Postgres is away',
  },
  monitoring: {
    user: 'monitoring_user',
    db: 7,
    furtherDbs: [],
    keys: [],
    channels: [],
    purpose: 'health figures: PING, INFO, DBSIZE; may write nothing',
  },
};
