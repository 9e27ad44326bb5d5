import { Redis } from 'ioredis';

export const CHANNEL = 'emergency:broadcast';
const STREAM = 'panic:alerts:high';
const STREAM_LENGTH = 10_000;
const CACHE_SECONDS = 3600;

/** KEYS: stream, cached alert. ARGV: the message, its channel. */
const PUBLISH_ALERT = `
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ${STREAM_LENGTH}, '*', 'alert', ARGV[1])
redis.call('SET', KEYS[2], ARGV[1], 'EX', ${CACHE_SECONDS})
return redis.call('PUBLISH', ARGV[2], ARGV[1])
`;

/** A connection as REDIS_PORT, REDIS_USER and REDIS_PASSWORD say. */
export function connectRedis() {
  const { REDIS_PORT, REDIS_USER: username, REDIS_PASSWORD: password } = process.env;
  return new Redis({ host: '127.0.0.1', port: Number(REDIS_PORT), username, password });
}

/** The three writes as one script. */
export async function writerByScript(redis) {
  const sha = await redis.script('LOAD', PUBLISH_ALERT);
  return (id, text) => redis.evalsha(sha, 2, STREAM, `emergency:alert:${id}`, text, CHANNEL);
}

/** The three writes as three commands sent together: what most programs do. */
export function writeApart(redis, id, text) {
  return Promise.all([
    redis.xadd(STREAM, 'MAXLEN', '~', STREAM_LENGTH, '*', 'alert', text),
    redis.set(`emergency:alert:${id}`, text, 'EX', CACHE_SECONDS),
    redis.publish(CHANNEL, text),
  ]);
}
