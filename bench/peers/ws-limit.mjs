import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { alertMessage } from '../lib/alert-message.mjs';
import { serverFrame } from '../load/frames.mjs';
import { answer, listen, readBody } from './http-server.mjs';
import { CHANNEL, connectRedis, writerByScript } from './redis-writes.mjs';

/**
 * The least that Node can do: POST -> one script in Redis -> its PUBLISH comes back -> one frame, built once, written
 * to every raw socket. No database, no validation, no authentication, no rooms, no pings, no limit to what waits.
 */
const rawSockets = new Set();
const write = await writerByScript(connectRedis());
let seq = 0;

const server = createServer((request, response) => readBody(request, (body) => void raise(body, response)));

async function raise(body, response) {
  const message = alertMessage(++seq, JSON.parse(body));
  const { id } = message.alert;
  await write(id, JSON.stringify(message));
  answer(response, 201, { id });
}

const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on('connection', (socket, { socket: raw }) => {
  rawSockets.add(raw);
  socket.on('close', () => rawSockets.delete(raw));
  socket.on('error', () => undefined);
});

const subscriber = connectRedis();
subscriber.on('message', (_channel, text) => {
  // The text of a Socket.IO event, so that clients read the same bytes from every system.
  const frame = serverFrame(`42["alert",${text}]`);
  for (const raw of rawSockets) raw.write(frame);
});
await subscriber.subscribe(CHANNEL);
await listen(server);
