import { grant, type Grant } from './grant.js';

/**
 * What BullMQ needs in its Lua scripts and beside them. Not granted on purpose: `scan` (removeOrphanedJobs) and
 * `client|list` (getWorkers), which show what is not the queue's, and the commands of BullMQ's relay, which we do
 * not use.
 */
export const BULLMQ_COMMANDS: readonly Grant[] = [
  grant('eval evalsha', 'every step of a job is one script'),
  grant('multi exec', 'reads and adds several jobs at once'),
  grant('bzpopmin', 'a worker waits on the marker for the next job'),
  grant('hget hmget hgetall hexists hlen hscan', 'read a job, its results and its options'),
  grant('hset hmset hdel hincrby', 'write a job: fields, attempts, progress, results of children'),
  grant('incr', 'number of the next job'),
  grant('lpush rpush', 'waiting and active lists: add'),
  grant('lpop rpop rpoplpush', 'waiting and active lists: take; move to the next'),
  grant('lindex llen lpos lrange', 'waiting and active lists: look'),
  grant('lrem lset ltrim', 'waiting and active lists: take out; bounded logs and metrics'),
  grant('rename', 'pause and resume swap the waiting list'),
  grant('zadd zrem zpopmin', 'delayed, prioritized, finished and scheduled jobs: add, take out'),
  grant('zcard zcount zscore', 'delayed, prioritized, finished and scheduled jobs: count, look up'),
  grant('zrange zrevrange zrangebyscore zrevrangebyscore', 'delayed, prioritized, finished and scheduled jobs: list'),
  grant('zremrangebyrank zremrangebyscore', 'results are kept by count and by age'),
  grant('sadd srem scard sismember smembers sscan', 'children that a parent waits for; stalled jobs'),
  grant('get set del exists', 'locks, deduplication keys, whole jobs removed'),
  grant('pexpire persist pttl', 'rate limit and deduplication windows'),
  grant('type', 'reads a state without knowing whether a list or a sorted set holds it'),
  grant('xadd xread xtrim', 'stream of queue events, bounded'),
].map(({ rules, why }) => ({ rules, why: `BullMQ: ${why}` }));
