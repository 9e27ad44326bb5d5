import { alertSender } from './alert-sender.mjs';
import { startProduct } from './product.mjs';
import { startPeer } from './program.mjs';
import { startSocketClients } from './socket-clients.mjs';
import { peerRedis } from './stack.mjs';

/** Sockets on their way at a time: enough to keep a server busy, few enough for its listen queue. */
const CONNECTING = 200;

/** Engine.IO and Socket.IO without a login; `connected` is Socket.IO's own answer. */
const BARE_SOCKET_IO = { auth: {}, ready: 'connected' };

/**
 * What the product's sockets say. They bring a cursor, as every client does but a new one, so that none gets a
 * snapshot of all that a benchmark has raised; they count as connected when they are live, which `presence` tells.
 */
export function productHandshake(operatorKey, cursor) {
  return { auth: { token: operatorKey, cursor }, ready: 'presence' };
}

/** @param {number} apis processes that share the sockets */
export async function startProductForSockets(stack, name, apis = 1) {
  const product = await startProduct(stack, { name, apis });
  const started = withClients(stack, {
    name: apis === 1 ? 'product' : `product, ${apis} API processes`,
    urls: product.apis.map(({ url }) => url),
    pids: product.apis.map(({ pid }) => pid),
    handshake: (cursor) => productHandshake(product.operatorKey, cursor),
  });
  return { ...started, product };
}

export async function startWsLimit(stack) {
  const { env } = await peerRedis(stack, 'ws');
  const { url, pid } = await startPeer(stack, { name: 'ws-limit', env });
  return withClients(stack, { name: 'ws limit', urls: [url], pids: [pid], handshake: () => ({ ready: 'upgraded' }) });
}

export async function startStock(stack) {
  const { env } = await peerRedis(stack, 'stock');
  const { url, pid } = await startPeer(stack, { name: 'express-socketio', env });
  const handshake = () => BARE_SOCKET_IO;
  return { ...withClients(stack, { name: 'stock socket.io', urls: [url], pids: [pid], handshake }), env };
}

/**
 * A system with the clients that connect to it: `pids` are the processes that hold the sockets, `raised` the ids of
 * its alerts, the first of which has `seq` 1.
 */
function withClients(stack, system) {
  const sender = stack.own(alertSender(system.urls[0]));
  return { ...system, sender, clients: startSocketClients(stack, system.name), sockets: 0, raised: [] };
}

/** Opens `count` more sockets; gives how long it took, ms. */
export async function connectSockets(system, count) {
  const { urls, raised, handshake } = system;
  const after = raised.length;
  const { ms } = await system.clients.ask('connect', {
    count,
    concurrency: CONNECTING,
    urls,
    after,
    ...handshake(after),
  });
  system.sockets += count;
  return ms;
}

export async function closeSockets(system) {
  await system.clients.ask('close');
  system.sockets = 0;
}
