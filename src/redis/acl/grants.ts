import { grant, type Grant } from './grant.js';
import { BULLMQ_COMMANDS } from './grants-bullmq.js';

/** All that one user may do; redis-acl.conf says the same, and a test compares the two. */
export interface UserGrants {
  readonly keys: readonly Grant[];
  readonly channels: readonly Grant[];
  readonly commands: readonly Grant[];
}

const CONNECTION = [
  grant('ping', 'keeps a connection alive and measures its answer'),
  grant('info', "ioredis' ready check (waits while Redis loads) and BullMQ's version check, which spins without it"),
  grant('client|setname', 'names the connection in CLIENT LIST; QueueEvents does not start without it'),
  grant('client|info', 'start check of every connection: the right user and database'),
];

const QUEUE_KEYS = grant('{naboom:queue}:*', 'all of BullMQ; the hash tag keeps a script in one Cluster slot');
const QUEUE_DB = grant('select|2', 'BullMQ works in database 2');

const APP: UserGrants = {
  keys: [
    grant('naboom:cache:*', 'cached values; every one expires'),
    grant('naboom:limits:*', 'counters of the rate limits'),
    grant('naboom:sessions:*', 'who is signed in, and on which devices; machines by their API keys'),
    QUEUE_KEYS,
  ],
  channels: [],
  commands: [
    ...CONNECTION,
    QUEUE_DB,
    grant('select|3', 'sessions work in database 3'),
    grant('get set', 'cache, sessions, addresses known to an account: read, write with expiry'),
    grant('unlink', 'cache, sessions: drop many or large values without blocking the server'),
    grant('eval evalsha', 'limits: rate-limiter-flexible counts and sets the expiry in one script'),
    grant('incrby pttl expire', 'limits: in that script, count, tell how long to wait, mend a counter without expiry'),
    ...BULLMQ_COMMANDS,
  ],
};

/** Every user of the policy but `default` (off) and the administrator (everything). */
export const USER_GRANTS: Readonly<Record<string, UserGrants>> = {
  app_user: APP,
  queue_user: { keys: [QUEUE_KEYS], channels: [], commands: [...CONNECTION, QUEUE_DB, ...BULLMQ_COMMANDS] },
  websocket_user: {
    keys: [],
    channels: [
      grant('naboom:ws#*', "the Socket.IO adapter's channels, and the loop-back of its health probe"),
      grant('emergency:broadcast', 'every log entry as JSON, for outside subscribers'),
    ],
    commands: [
      ...CONNECTION,
      grant('select|1', 'works in database 1'),
      grant('ssubscribe sunsubscribe', 'adapter: listen to the other servers; rooms come and go'),
      grant('spublish', 'adapter: speak to the other servers'),
      grant('pubsub|shardnumsub', 'adapter: how many servers must answer a question'),
      grant('publish', 'each log entry to emergency:broadcast'),
      grant('subscribe unsubscribe', 'an outside subscriber of emergency:broadcast signs in as this user'),
    ],
  },
  realtime_user: {
    keys: [
      grant('panic:*', 'the streams of log entries, one a severity'),
      grant('emergency:*', 'positions of responders, and the presses that Redis takes while Postgres is away'),
      grant('naboom:realtime:*', 'health probe and what the realtime parts keep for themselves'),
    ],
    channels: [],
    commands: [
      ...CONNECTION,
      grant('select|4', 'works in database 4'),
      grant('xadd', 'publish a log entry; MAXLEN bounds the stream'),
      grant('xread', 'tails wait for the next entry'),
      grant('xrange', 'replay: what a tail missed; the oldest press that Postgres has not got'),
      grant('xdel', 'forget a press of `emergency:pending` once it is committed to Postgres'),
      grant('xrevrange', 'the newest entry: where a tail begins'),
      grant('xlen', 'how full a stream is'),
      grant('get set', 'positions of responders, promised ids (always with expiry) and the health probe'),
    ],
  },
  monitoring_user: {
    keys: [],
    channels: [],
    commands: [...CONNECTION, grant('select|7', 'works in database 7'), grant('dbsize', 'how many keys there are')],
  },
};
