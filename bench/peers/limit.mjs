import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { answer, listen, readBody } from './http-server.mjs';

/**
 * The limit of what Node can do with Redis alone: bare node:http and one connection, one script a POST. No database,
 * no validation. Without auto-pipelining, which makes it slower.
 */
const SCRIPT = `
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', 10000, '*', 'id', ARGV[1], 'alert', ARGV[2])
  redis.call('SET', KEYS[2], ARGV[2], 'EX', 3600)
  redis.call('PUBLISH', ARGV[3], ARGV[2])`;

const { REDIS_PORT, REDIS_USER, REDIS_PASSWORD } = process.env;
const redis = new Redis({
  host: '127.0.0.1',
  port: Number(REDIS_PORT),
  username: REDIS_USER,
  password: REDIS_PASSWORD,
});
const script = await redis.script('LOAD', SCRIPT);

const server = createServer((request, response) => {
  readBody(request, (text) => {
    const id = randomUUID();
    const alert = JSON.stringify({ id, ...JSON.parse(text) });
    redis.evalsha(script, 2, 'alerts', `alert:${id}`, id, alert, 'alerts').then(
      () => answer(response, 201, { id, status: 'open' }),
      () => answer(response, 503, {}),
    );
  });
});
await listen(server);
