import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { ALERTS_PATH } from '../support/alerts-client.js';
import { useNode } from '../support/use-node.js';

/** A request that dribbles in takes 15 s. */
jest.setTimeout(25_000);

const used = useNode();

describe('what is odd about a request', () => {
  it.each(['json', ';', '', 'application/', '"application/json"'])(
    'is no reason to refuse a panic: the body calls itself %p',
    async (type) => {
      const headers = { 'content-type': type };
      const { status, body } = await used().client.ask(ALERTS_PATH, {
        method: 'POST',
        headers,
        body: '{"message":"help"}',
      });
      expect({ status, message: body.message }).toEqual({ status: 201, message: 'help' });
    },
  );

  it.each(['/%zz', '/assets/%ff', `${ALERTS_PATH}/%E0%A4%A`, `${ALERTS_PATH}/${'a'.repeat(3000)}`])(
    'is answered with a problem, and the request id: an address that cannot be read',
    async (path) => {
      const { status, headers, body } = await used().client.ask(path);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(body).toMatchObject({ code: 'ROUTE_NOT_FOUND', status: 404 });
      expect(body.instance).toBe(`urn:request:${headers.get('x-request-id')}`);
    },
  );

  it('does not hold a connection for ever: a request that dribbles in is cut after 15 s, body and headers alike', async () => {
    const start = `POST ${ALERTS_PATH} HTTP/1.1\r\nHost: naboom\r\n`;
    const answers = [`${start}Content-Length: 50000\r\n\r\n{`, `${start}X-Slow: `].map((sent) => dribble(sent));
    expect(await Promise.all(answers)).toEqual([expect.stringContaining(' 408 '), expect.stringContaining(' 408 ')]);
  });
});

/** Sends `start`, then a byte a second, until the server ends it; gives what it answered. */
async function dribble(start: string): Promise<string> {
  const socket = connect(Number(new URL(used().node.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(start);
  const timer = setInterval(() => socket.write('a'), 1000);
  try {
    return await text(socket);
  } finally {
    clearInterval(timer);
  }
}
