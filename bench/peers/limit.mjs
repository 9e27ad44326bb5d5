import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { answer, listen, readBody } from './http-server.mjs';
import { connectRedis, writerByScript } from './redis-writes.mjs';

/**
 * The limit of what Node can do with Redis alone: bare node:http and one connection, one script a POST. No database,
 * no validation. Without auto-pipelining, which makes it slower.
 */
const write = await writerByScript(connectRedis());

const server = createServer((request, response) => {
  readBody(request, (text) => {
    const id = randomUUID();
    write(id, JSON.stringify({ id, ...JSON.parse(text) })).then(
      () => answer(response, 201, { id, status: 'open' }),
      () => answer(response, 503, {}),
    );
  });
});
await listen(server);
