import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import express from 'express';
import { Server } from 'socket.io';
import { alertMessage } from '../lib/alert-message.mjs';
import { listen } from './http-server.mjs';
import { connectRedis, writeApart } from './redis-writes.mjs';

/**
 * What a good user would write: Express, stock Socket.IO with the Redis adapter, three Redis writes a POST. Without what
 * costs nothing to leave out: compression, long polling, ETags. No database, no validation, no authentication.
 */
process.env.NODE_ENV = 'production';
const redis = connectRedis();
let seq = 0;

const app = express();
app.disable('x-powered-by');
app.disable('etag');
const server = createServer(app);
const io = new Server(server, {
  adapter: createAdapter(connectRedis(), connectRedis()),
  transports: ['websocket'],
  perMessageDeflate: false,
  serveClient: false,
});

app.post('/api/v1/emergency/alerts', express.json(), async (request, response) => {
  const message = alertMessage(++seq, request.body);
  const { id } = message.alert;
  await writeApart(redis, id, JSON.stringify(message));
  io.emit('alert', message);
  response.status(201).json({ id });
});

await listen(server);
