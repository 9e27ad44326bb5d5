import { channels, keys } from '../../src/redis/redis.keys.js';
import type { RedisRoleName } from '../../src/redis/redis.roles.js';

/** A command line as in redis-cli, or its words where one of them holds blanks. */
export type Forbidden = string | readonly string[];

/** What no role may do, on its own key `<own>` where it takes one: the command itself is refused. */
const EVERYBODY = `
  KEYS *; SCAN 0; RANDOMKEY; FLUSHALL; FLUSHDB; SWAPDB 0 1; SELECT 5; SELECT 9; SELECT 15; MOVE <own> 5; COPY <own> <own>2;
  COPY <own> <own>2 DB 6; DUMP <own>; RESTORE <own> 0 x; MIGRATE 127.0.0.1 1 <own> 0 10; SORT <own>; SORT_RO <own>; TOUCH <own>;
  OBJECT ENCODING <own>; MEMORY USAGE <own>; MEMORY DOCTOR; MEMORY PURGE; WATCH <own>; ROLE; LASTSAVE; TIME; WAIT 0 1;
  CONFIG GET *; CONFIG SET maxmemory 1; CONFIG REWRITE; CONFIG RESETSTAT; COMMAND; COMMAND GETKEYS GET x; MONITOR;
  ACL LIST; ACL USERS; ACL GETUSER app_user; ACL SETUSER app_user +@all; ACL DELUSER realtime_user; ACL LOAD; ACL SAVE;
  ACL LOG; ACL LOG RESET; ACL GENPASS; ACL CAT; ACL WHOAMI; ACL DRYRUN app_user PING;
  CLIENT LIST; CLIENT KILL TYPE normal; CLIENT PAUSE 1; CLIENT UNPAUSE; CLIENT NO-EVICT on; CLIENT TRACKING on BCAST;
  CLIENT UNBLOCK 1; CLIENT REPLY ON; CLIENT ID; CLIENT GETREDIR;
  SHUTDOWN NOSAVE; SAVE; BGSAVE; BGREWRITEAOF; REPLICAOF NO ONE; SLAVEOF NO ONE; PSYNC ? -1; SYNC; FAILOVER;
  CLUSTER SLOTS; CLUSTER MEET 127.0.0.1 1; CLUSTER RESET; READONLY; MODULE LIST;
  SCRIPT FLUSH; SCRIPT KILL; SCRIPT LOAD x; SCRIPT EXISTS x; FUNCTION LIST; FUNCTION FLUSH; FUNCTION KILL;
  FCALL f 0; FCALL_RO f 0; EVAL_RO x 0; EVALSHA_RO x 0;
  SLOWLOG GET; SLOWLOG RESET; SLOWLOG LEN; LATENCY RESET; LATENCY LATEST;
  PUBSUB CHANNELS; PUBSUB NUMPAT; PUBSUB SHARDCHANNELS; PSUBSCRIBE *; PSUBSCRIBE naboom:ws#*;
  XGROUP CREATE <own> g $; XREADGROUP GROUP g c STREAMS <own> >; XSETID <own> 0-1;
  APPEND <own> x; SETRANGE <own> 1 x; GETDEL <own>; BITOP NOT <own> <own>; SUNIONSTORE <own> <own>; BLPOP <own> 1;
  LMOVE <own> <own> LEFT LEFT; GEOADD <own> 1 1 x; PFADD <own> x; RENAMENX <own> x`;

const NO_LUA = ['EVALSHA x 0', 'EVAL x 0', ['EVAL', "return redis.call('get', KEYS[1])", '1', 'naboom:cache:1:x']];
const NO_WRITES = [
  'SETEX x 1 y',
  'HSET x a b',
  'LPUSH x a',
  'SADD x a',
  'ZADD x 1 a',
  'EXPIRE x 1',
  'DEL x',
  'UNLINK x',
];
const NO_QUEUE = [
  'GET {naboom:queue}:notifications:meta',
  'SET {naboom:queue}:notifications:1:lock x',
  'XREAD STREAMS {naboom:queue}:notifications:events 0',
  'XADD {naboom:queue}:notifications:events * event completed',
  'HGETALL {naboom:queue}:notifications:1',
  'LRANGE {naboom:queue}:notifications:wait 0 -1',
];
const NO_APP = [
  `GET ${keys.cachedAlert('1')}`,
  `SET ${keys.cachedAlert('1')} x`,
  `SET ${keys.refusedWrite()} x EX 10`,
  'GET naboom:sessions:s1',
  'SET naboom:sessions:s1 x',
  'SET naboom:limits:login:1 0',
];
const NO_STREAMS = [
  `XADD ${keys.alertStream('critical')} * seq 1`,
  `XREAD STREAMS ${keys.alertStream('high')} 0`,
  `SET ${keys.realtimeHealth('1')} x`,
  'GET emergency:alert:1',
];
const NO_CHANNELS = [
  `SPUBLISH ${channels.health('1')} x`,
  'SPUBLISH naboom:ws#/# x',
  'SSUBSCRIBE naboom:ws#/#',
  `PUBLISH ${channels.broadcast()} x`,
  `SUBSCRIBE ${channels.broadcast()}`,
  'PUBSUB SHARDNUMSUB naboom:ws#/#',
];
/** Keys that look like a role's own and are not. */
const LOOKALIKES = [
  '',
  'naboom',
  'naboom:cache',
  'naboom:cachex:1',
  'naboom:sessions',
  'cache:1',
  'health_check:app_user',
];

const lua = (code: string, ...declared: string[]): Forbidden => ['EVAL', code, String(declared.length), ...declared];

/** Lua gets no further than the user: declared keys, hidden keys, and commands. */
const LUA_OF_BOTH: Forbidden[] = [
  lua("return redis.call('xrange', 'panic:alerts:high', '-', '+')"),
  lua("return redis.call('xadd', KEYS[1], '*', 'seq', '1')", 'panic:alerts:high'),
  lua("return redis.call('get', KEYS[1])", 'emergency:alert:1'),
  lua("return redis.call('set', 'naboom:realtime:x', '1')"),
  lua("return redis.call('flushall')"),
  lua("return redis.call('keys', '*')"),
  lua("return redis.call('scan', '0')"),
  lua("return redis.call('randomkey')"),
  lua("return redis.call('publish', 'emergency:broadcast', 'x')"),
  lua("return redis.call('spublish', 'naboom:ws#/#', 'x')"),
  lua("return redis.call('select', '4')"),
  lua("return redis.call('move', KEYS[1], 4)", '{naboom:queue}:x'),
];

const OWN_KEY: Record<RedisRoleName, string> = {
  app: 'naboom:cache:1:own',
  queue: '{naboom:queue}:own',
  websocket: 'own',
  realtime: 'panic:own',
  monitoring: 'own',
};

const FURTHER: Record<RedisRoleName, Forbidden[]> = {
  app: [
    ...NO_STREAMS,
    ...NO_CHANNELS,
    ...LUA_OF_BOTH,
    ...LOOKALIKES.map((key) => ['SET', key, 'x']),
    'DEL naboom:cache:1:own panic:alerts:high',
    'RENAME {naboom:queue}:x panic:alerts:high',
    'RPOPLPUSH {naboom:queue}:x emergency:x',
    'XREAD STREAMS {naboom:queue}:x panic:alerts:high 0 0',
    'SELECT 1',
    'SELECT 4',
    'SELECT 7',
    'DBSIZE',
    'GETEX naboom:sessions:x EX 1',
    'TTL naboom:limits:x',
    'MGET naboom:cache:1:own naboom:cache:1:other',
  ],
  queue: [
    ...NO_APP,
    ...NO_STREAMS,
    ...NO_CHANNELS,
    ...LUA_OF_BOTH,
    ...LOOKALIKES.map((key) => ['SET', key, 'x']),
    lua("return redis.call('get', 'naboom:sessions:s1')"),
    lua("return redis.call('get', KEYS[1])", 'naboom:sessions:s1'),
    lua("return redis.call('del', 'naboom:cache:1:x')"),
    lua("return redis.call('set', 'naboom:limits:login:1', '0')"),
    'RENAME {naboom:queue}:x naboom:cache:1:x',
    'RPOPLPUSH {naboom:queue}:x naboom:cache:1:x',
    'XADD {naboom:queuex}:a * a b',
    'GETEX {naboom:queue}:x EX 1',
    'UNLINK {naboom:queue}:x',
    'SELECT 3',
    'DBSIZE',
  ],
  websocket: [
    ...NO_LUA,
    ...NO_WRITES,
    ...NO_QUEUE,
    ...NO_APP,
    ...NO_STREAMS,
    'SPUBLISH emergency:other x',
    'SPUBLISH naboom:wsx x',
    'SSUBSCRIBE naboom:other',
    'SUBSCRIBE __keyspace@0__:x',
    'PUBLISH emergency:broadcast:x x',
    'PUBLISH naboom:other x',
    'MULTI',
    'SELECT 0',
    'SELECT 4',
    'DBSIZE',
  ],
  realtime: [
    ...NO_LUA,
    ...NO_WRITES,
    ...NO_QUEUE,
    ...NO_APP,
    ...NO_CHANNELS,
    ...LOOKALIKES.map((key) => ['SET', key, 'x']),
    'DEL panic:alerts:high',
    'UNLINK panic:alerts:high',
    'EXPIRE panic:alerts:high 1',
    'XTRIM panic:alerts:high MAXLEN 0',
    'RENAME panic:alerts:high panic:x',
    'XREAD STREAMS panic:alerts:high {naboom:queue}:x 0 0',
    'XINFO STREAM panic:alerts:high',
    'XADD panics * a b',
    'MULTI',
    'SELECT 2',
    'SELECT 3',
    'DBSIZE',
  ],
  monitoring: [
    ...NO_LUA,
    ...NO_WRITES,
    ...NO_QUEUE,
    ...NO_APP,
    ...NO_STREAMS,
    ...NO_CHANNELS,
    'GET health_check:monitoring_user',
    'SETEX health_check:monitoring_user 30 x',
    'XLEN panic:alerts:high',
    'EXISTS naboom:sessions:s1',
    'TYPE naboom:sessions:s1',
    'MULTI',
    'SELECT 0',
    'SELECT 2',
  ],
};

/** All that a role must be refused. */
export function forbiddenActions(role: RedisRoleName): string[][] {
  const everybody = EVERYBODY.replaceAll('<own>', OWN_KEY[role]).split(';');
  const lines = [...everybody.map((line) => line.trim()), ...FURTHER[role]];
  return lines.map((line) => (typeof line === 'string' ? line.split(' ') : [...line]));
}
