import type { BeforeApplicationShutdown, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { Logger } from '@nestjs/common';
import { WebSocketGateway, type OnGatewayInit } from '@nestjs/websockets';
import type { LogEntry } from '../alerts/alert.js';
import { RequestCaller } from '../auth/request-caller.js';
import { toProblem } from '../errors/problem.js';
import { corkForThisTurn } from './engine.js';
import { HandshakeGate } from './handshake-gate.js';
import { LiveLog } from './live-log.js';
import { resync } from './resync.js';
import { identifySocket } from './socket-auth.js';
import type { RealtimeServer, RealtimeSocket } from './socket-events.js';
import { SocketSessions } from './socket-sessions.js';

/** Puts the log and the sockets of this node together. */
@WebSocketGateway()
export class RealtimeGateway implements OnGatewayInit, OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  readonly #logger = new Logger('Realtime');
  #server: RealtimeServer | undefined;

  constructor(
    private readonly callers: RequestCaller,
    private readonly gate: HandshakeGate,
    private readonly live: LiveLog,
    private readonly sessions: SocketSessions,
  ) {}

  afterInit(server: RealtimeServer): void {
    this.#server = server;
    server.use((socket, next) => void this.#authenticate(socket, next));
    this.sessions.start(server);
  }

  onModuleInit(): void {
    this.live.start({ onEntries: (entries) => this.#deliver(entries), onRewind: () => this.#rewind() });
  }

  /** First of all: sockets end while everything that their last requests need still works. */
  async onModuleDestroy(): Promise<void> {
    this.gate.close();
    if (this.#server) await this.sessions.stop(this.#server);
  }

  /** Before the connections close that the tail reads from. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.live.stop();
  }

  /** Never rejects. */
  async #authenticate(socket: RealtimeSocket, next: (error?: Error & { data?: unknown }) => void): Promise<void> {
    try {
      const { handshake } = socket;
      this.sessions.begin(socket);
      socket.data = await identifySocket(this.callers, handshake);
      // The adapter sends the handshake to other nodes when they ask who is connected.
      handshake.auth = {};
      delete handshake.headers.cookie;
      // What greets it comes at once: the connection, the snapshot, the presence.
      corkForThisTurn(socket.request.socket);
      next();
    } catch (error) {
      const problem = toProblem(error);
      next(Object.assign(new Error(problem.title), { data: problem }));
    }
  }

  #rewind(): void {
    for (const socket of this.#server?.of('/').sockets.values() ?? []) resync(socket, 'cursor-ahead');
  }

  /** Never rejects. */
  async #deliver(entries: readonly LogEntry[]): Promise<void> {
    try {
      await this.sessions.deliver(entries);
    } catch (error) {
      const [first] = entries;
      this.#logger.error({ err: error, seq: first?.seq }, 'events could not be sent; their sockets connect anew');
      for (const socket of this.#server?.of('/').sockets.values() ?? []) socket.conn.close();
    }
  }
}
