import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

  it.each([
    ['HTTP/2, as the clients of Java do', 'Upgrade, HTTP2-Settings', 'h2c'],
    ['a WebSocket where there is none', 'keep-alive, Upgrade', 'websocket'],
  ])('is no reason to hang: it asks for %s', async (_what, connection, upgrade) => {
    const body = '{"message":"help"}';
    const head = `POST ${ALERTS_PATH} HTTP/1.1\r\nHost: naboom\r\nConnection: ${connection}\r\nUpgrade: ${upgrade}\r\nContent-Length: ${body.length}\r\n`;
    const ask = `GET /health/live HTTP/1.1\r\nHost: naboom\r\nConnection: close, Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
    // The same connection is good for more requests; the body may come after the head.
    const answers = await talk([`${head}HTTP2-Settings: AA\r\n\r\n`, body, ask]);
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 200']);
    expect(answers).toContain('"message":"help"');
  });

  it('leaves nothing behind at a connection that asks for HTTP/2 again and again', async () => {
    const ask = (connection: string) =>
      `GET /health/live HTTP/1.1\r\nHost: naboom\r\nConnection: ${connection}, Upgrade\r\nUpgrade: h2c\r\n\r\n`;
    const answers = await talk([...Array.from({ length: 20 }, () => ask('keep-alive')), ask('close')]);
    expect(answers.match(/HTTP\/1.1 200/g)).toHaveLength(21);
    expect(used().node.log()).not.toContain('MaxListenersExceededWarning');
  });

  it.each([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 20\r\n\r\n{}'],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['chunks in disguise', 'Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n'],
    ['a length that is none', 'Content-Length: +2\r\n\r\n{}'],
    ['a header over two lines', 'X-A: b\r\n c: d\r\nContent-Length: 0\r\n\r\n'],
    ['a header with NUL', 'X-A: b\0c\r\nContent-Length: 0\r\n\r\n'],
    ['64 KiB of headers', `X-A: ${'a'.repeat(65_000)}\r\n\r\n`],
  ])('lets no second request through in its name: %s', async (_what, rest) => {
    const smuggled = `GET /health/live HTTP/1.1\r\nHost: naboom\r\n\r\n`;
    const answers = await talk([`POST ${ALERTS_PATH} HTTP/1.1\r\nHost: naboom\r\n${rest}${smuggled}`]);
    expect(answers.match(/HTTP\/1.1 \d+/g)).toEqual([expect.stringMatching(/ (400|431)$/)]);
  });

  it('does not hold a connection for ever: a request that dribbles in is cut after 15 s, body and headers alike', async () => {
    const start = `POST ${ALERTS_PATH} HTTP/1.1\r\nHost: naboom\r\n`;
    const answers = [`${start}Content-Length: 50000\r\n\r\n{`, `${start}X-Slow: `].map((sent) => dribble(sent));
    expect(await Promise.all(answers)).toEqual([expect.stringContaining(' 408 '), expect.stringContaining(' 408 ')]);
  });
});

/** Sends one after the other, each in a packet of its own; all that was answered until the server ended it. */
async function talk(parts: readonly string[]): Promise<string> {
  const socket = connect({ port: Number(new URL(used().node.url).port), host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  for (const part of parts) {
    socket.write(part);
    await nextTurn();
  }
  return text(socket);
}

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
