import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Server } from 'socket.io';
import type WebSocket from 'ws';
import { connectBare } from '../../test/support/bare-client.js';
import { audienceOf } from './audience.js';
import { unsentOf } from './engine.js';
import { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import type { RealtimeServer, RealtimeSocket } from './socket-events.js';

const PACKET = PreFramed.of('alert', [{ seq: 1, text: 'x'.repeat(4000) } as never]);
/** More than the kernel takes for a client that does not read. */
const MANY = 20_000;

let http: HttpServer;
let server: RealtimeServer;
let live: LiveSockets;
let accepted: Promise<RealtimeSocket>;

beforeEach(async () => {
  http = createServer();
  server = new Server(http, { pingInterval: 500, pingTimeout: 500, perMessageDeflate: false });
  live = new LiveSockets(() => undefined);
  accepted = new Promise((resolve) =>
    server.on('connection', (socket) => {
      socket.data = { caller: { kind: 'operator' }, audience: audienceOf({ kind: 'operator' }) };
      live.add(socket);
      resolve(socket);
    }),
  );
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
});
afterEach(async () => {
  live.stop();
  await server.close();
});

async function connect(): Promise<{ client: WebSocket; heard: string[]; socket: RealtimeSocket }> {
  const bare = await connectBare((http.address() as AddressInfo).port);
  return { client: bare.socket, heard: bare.heard, socket: await accepted };
}

/** Sends until the socket has left or `count` is sent; gives the most that waited for it. */
async function flood(socket: RealtimeSocket, count: number): Promise<{ packets: number; bytes: number }> {
  const most = { packets: 0, bytes: 0 };
  for (let sent = 0; sent < count && live.count('responder') > 0; sent += 1) {
    for (const group of live.groups()) live.send(group, PACKET);
    live.checkSoon();
    const { packets, bytes } = unsentOf(socket);
    most.packets = Math.max(most.packets, packets);
    most.bytes = Math.max(most.bytes, bytes);
    await nextTurn();
  }
  return most;
}

describe('a live socket', () => {
  it('that stops reading but answers pings is cut, and little ever waits for it', async () => {
    const { client, socket } = await connect();
    client.pause();
    const pongs = setInterval(() => client.send('3'), 50);
    const websocketClosed = new Promise((resolve) =>
      (socket.conn.transport as unknown as { socket: WebSocket }).socket.once('close', resolve),
    );
    const most = await flood(socket, MANY);
    expect(live.count('responder')).toBe(0);
    expect(unsentOf(socket).packets).toBeLessThanOrEqual(1);
    expect(most.bytes).toBeLessThan(1024 * 1024 + 100_000);
    expect(most.packets).toBeLessThanOrEqual(202);
    await websocketClosed;
    clearInterval(pongs);
    client.terminate();
    expect(server.of('/').sockets.size).toBe(0);
  });

  it('that falls behind and reads on is told so, last of all', async () => {
    const { client, heard, socket } = await connect();
    client.pause();
    await flood(socket, MANY);
    client.resume();
    await once(client, 'close');
    expect(heard.at(-1)).toBe('42["resync",{"reason":"slow"}]');
  });

  it('that reads gets everything', async () => {
    const { client, heard, socket } = await connect();
    await flood(socket, 2000);
    expect(live.count('responder')).toBe(1);
    while (heard.filter((text) => text.startsWith('42')).length < 2000) await once(client, 'message');
    client.close();
    await once(socket, 'disconnect');
    expect(live.count('responder')).toBe(0);
  });
});
