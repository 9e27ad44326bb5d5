import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Injectable, Logger, type INestApplication } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { createShardedAdapter } from '@socket.io/redis-adapter';
import type { Namespace, Server, ServerOptions } from 'socket.io';
import { InjectConfig } from '../config/config.module.js';
import type { Config } from '../config/config.js';
import { InjectRedis } from '../redis/redis.modules.js';
import { channels } from '../redis/redis.keys.js';
import { REQUEST_PATH } from '../redis/redis.options.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { Arrivals } from './arrivals.js';
import { corkForThisTurn } from './engine.js';
import { HandshakeGate } from './handshake-gate.js';
import { INTER_SERVER_EVENTS, type InterServerEvents } from './socket-events.js';
import { Turns } from './turns.js';

/** Bytes of one message of a client. */
const MAX_MESSAGE_BYTES = 16 * 1024;
/** Handshakes begun in one turn of the event loop, about 0.2 ms each with all that follows. */
const HANDSHAKES_PER_TURN = 8;
/** `MessageType.SERVER_SIDE_EMIT` of the cluster adapter. */
const SERVER_SIDE_EMIT = 9;

/** What the Socket.IO server is built from. */
@Injectable()
export class SocketServerParts {
  constructor(
    @InjectConfig() readonly config: Config,
    readonly gate: HandshakeGate,
    readonly arrivals: Arrivals,
    @InjectRedis('websocket') readonly redis: RoleConnections,
  ) {}
}

/** Makes the gateways of an application listen on its HTTP server; call it before `init` or `listen`. */
export function useSocketServer(app: INestApplication): void {
  app.useWebSocketAdapter(new RedisIoAdapter(app, app.get(SocketServerParts)));
}

/** Socket.IO on the application's HTTP server, with nodes joined by Redis as websocket_user. */
class RedisIoAdapter extends IoAdapter {
  readonly #handshakes: Turns;

  constructor(
    app: INestApplication,
    private readonly parts: SocketServerParts,
  ) {
    super(app);
    parts.arrivals.watch(app.getHttpServer() as HttpServer);
    this.#handshakes = new Turns(HANDSHAKES_PER_TURN, parts.arrivals);
  }

  override createIOServer(port: number, options?: Partial<ServerOptions>): Server {
    const { config, redis } = this.parts;
    const listed = config.env.NABOOM_ALLOWED_ORIGINS;
    const settings: Partial<ServerOptions> = {
      ...options,
      path: '/socket.io',
      serveClient: false,
      // Who asks for another protocol elsewhere is answered there; Engine.IO would cut it after a second.
      destroyUpgrade: false,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      connectTimeout: 5000,
      pingInterval: 10_000,
      pingTimeout: 5000,
      // It cannot reject: its turn comes, and the gate answers whatever it is asked.
      allowRequest: (request: IncomingMessage, done) => void this.#admit(request, done),
      ...(listed.length > 0 ? { cors: { origin: listed } } : {}),
      adapter: joinedByRedis(redis) as ServerOptions['adapter'],
    };
    return super.createIOServer(port, settings as ServerOptions) as Server;
  }

  /** Answers a handshake in its turn: thousands that come at once must not hold up a panic. */
  async #admit(request: IncomingMessage, done: (refusal: string | null, admitted: boolean) => void): Promise<void> {
    const { socket } = request;
    const refused = this.parts.gate.refusal(request);
    if (refused !== undefined) return done(refused, false);
    // While it waits nobody else listens, and an error without a listener would end the process.
    socket.on('error', ignore);
    await this.#handshakes.take(1);
    socket.off('error', ignore);
    if (socket.destroyed) return;
    // Meanwhile this process may have begun to stop.
    const refusal = this.parts.gate.refusal(request);
    // The answer and Engine.IO's greeting become one write.
    if (refusal === undefined) corkForThisTurn(socket);
    done(refusal ?? null, refusal === undefined);
  }

  /** Nothing: the gateway has no message handlers, and what Nest would keep for each socket is 3 kB. */
  override bindClientConnect(): void {}

  /** Ends the sockets and leaves the other nodes; the HTTP server is closed by the application, which drains it. */
  override async close(server: Server): Promise<void> {
    await server.of('/').adapter.close();
    server.engine.close();
  }
}

/** Our own sockets get everything from the log, so the adapter needs no channel a room. */
function joinedByRedis(redis: RoleConnections) {
  const channelPrefix = channels.adapterPrefix();
  const subscriber = redis.openSubscriber(channelPrefix, 'adapter-sub');
  const create = createShardedAdapter(redis.open('adapter-pub', REQUEST_PATH), subscriber, {
    channelPrefix,
    subscriptionMode: 'static',
  });
  // Socket.IO calls it with `new`, which an arrow function does not allow.
  return function GuardedAdapter(namespace: Namespace) {
    return guarded(create(namespace));
  };
}

const ignore = () => undefined;

type Receives = Record<'onMessage' | 'onResponse', (message: unknown) => void>;

/**
 * A message that no node of ours would send throws inside the adapter, which would end every node at once; and one
 * that calls itself `connection` would pass for a new socket.
 */
function guarded<A extends object>(adapter: A): A {
  const logger = new Logger('SocketAdapter');
  const receiver = adapter as unknown as Receives;
  for (const name of ['onMessage', 'onResponse'] as const) {
    const receive = receiver[name].bind(adapter);
    receiver[name] = (message) => {
      try {
        if (isForeignEvent(message)) throw new Error('an event that nodes do not tell each other');
        receive(message);
      } catch (error) {
        logger.warn({ err: error }, 'ignored an unreadable message on the channel of the Socket.IO adapter');
      }
    };
  }
  return adapter;
}

function isForeignEvent(message: unknown): boolean {
  const { type, data } = message as { type: unknown; data?: { packet?: unknown } };
  if (type !== SERVER_SIDE_EMIT) return false;
  const packet = data?.packet;
  return !Array.isArray(packet) || !INTER_SERVER_EVENTS.has(packet[0] as keyof InterServerEvents);
}
