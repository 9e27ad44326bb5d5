import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { postWebhook } from '../../src/notifications/webhook-request.js';
import { eventually } from '../support/eventually.js';

const NEVER = new AbortController().signal;

let server: Server;
/** Every request, by the connection that it came on. */
let requests: { socket: Socket; body: string }[];
let answer: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  requests = [];
  answer = (_request, response) => void response.writeHead(204).end();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push({ socket: request.socket, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function post(body: string, { host = '127.0.0.1', address = '127.0.0.1' } = {}) {
  const { port } = server.address() as AddressInfo;
  return postWebhook({
    url: new URL(`http://${host}:${port}/`),
    addresses: [{ address, family: 4 }],
    headers: {},
    body,
    signal: NEVER,
    maxAnswerBytes: 1000,
  });
}
const bodies = () => requests.map(({ body }) => body);
const connections = () => new Set(requests.map(({ socket }) => socket)).size;

it('posts one after the other on one connection', async () => {
  for (const body of ['1', '2', '3']) expect((await post(body)).status).toBe(204);
  expect([bodies(), connections()]).toEqual([['1', '2', '3'], 1]);
});

it('uses no connection that was made to another address of the same name', async () => {
  server.close();
  await once(server, 'close');
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  await post('1', { host: 'name.invalid', address: '127.0.0.1' });
  await post('2', { host: 'name.invalid', address: '127.0.0.2' });
  expect(requests.map(({ socket }) => socket.localAddress)).toEqual(['127.0.0.1', '127.0.0.2']);
});

it('posts again when a kept connection was closed just as it was used again', async () => {
  await post('1');
  answer = (request, response) => {
    if (requests.length === 2) request.socket.resetAndDestroy();
    else response.writeHead(200).end();
  };
  expect((await post('2')).status).toBe(200);
  expect([bodies(), connections()]).toEqual([['1', '2', '2'], 2]);
});

it('fails when a connection of its own is reset', async () => {
  answer = (request) => void request.socket.resetAndDestroy();
  await expect(post('1')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(bodies()).toEqual(['1']);
});

it('does not post again when the connection is reset in the middle of the answer', async () => {
  await post('1');
  answer = (request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('begun', () => request.socket.resetAndDestroy());
  };
  await expect(post('2')).rejects.toMatchObject({ code: 'ECONNRESET' });
  answer = (_request, response) => void response.writeHead(204).end();
  await post('3');
  await eventually(() => bodies().includes('3'));
  expect(bodies()).toEqual(['1', '2', '3']);
});
