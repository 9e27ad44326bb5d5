import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { AlertMessage } from '../../src/alerts/alert-views.js';
import type { Problem } from '../../src/errors/problem.js';
import type {
  ClientToServerEvents,
  PositionMessage,
  PresenceCounts,
  ProvisionalMessage,
  ReachMessage,
  ReturnMessage,
  ServerToClientEvents,
  SnapshotMessage,
} from '../../src/realtime/socket-events.js';
import { eventually } from './eventually.js';
import { OPERATOR_KEY } from './realtime-node.js';

const clients = new Set<LiveClient>();

/** Disconnects every client that a test opened. */
export function closeClients(): void {
  for (const client of clients) client.close();
  clients.clear();
}

/** A socket.io client that notes everything that the server tells it. */
export class LiveClient {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  readonly snapshots: SnapshotMessage[] = [];
  readonly alerts: AlertMessage<SnapshotMessage['alerts'][number]>[] = [];
  readonly presence: PresenceCounts[] = [];
  readonly reach: ReachMessage[] = [];
  readonly returns: ReturnMessage[] = [];
  readonly positions: PositionMessage[] = [];
  readonly provisional: ProvisionalMessage[] = [];
  readonly resyncs: string[] = [];
  readonly disconnects: string[] = [];
  readonly refusals: { message: string; problem: Problem | undefined }[] = [];

  constructor(url: string, auth: object, options: Partial<ManagerOptions & SocketOptions> = {}) {
    this.socket = io(url, {
      path: '/socket.io',
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { ...auth },
      ...options,
    });
    this.socket.on('snapshot', (message) => this.snapshots.push(message));
    this.socket.on('alert', (message) => this.alerts.push(message));
    this.socket.on('presence', (counts) => this.presence.push(counts));
    this.socket.on('return', (message) => this.returns.push(message));
    this.socket.on('reach', (message) => this.reach.push(message));
    this.socket.on('position', (message) => this.positions.push(message));
    this.socket.on('provisional', (message) => this.provisional.push(message));
    this.socket.on('resync', ({ reason }) => this.resyncs.push(reason));
    this.socket.on('disconnect', (reason) => this.disconnects.push(reason));
    this.socket.on('connect_error', (error) =>
      this.refusals.push({ message: error.message, problem: (error as { data?: Problem }).data }),
    );
    clients.add(this);
  }

  get seqs(): number[] {
    return this.alerts.map(({ seq }) => seq);
  }

  /** Resolves when the event `seq`, or a snapshot that holds it, has come. */
  async reached(seq: number, withinMs = 5000): Promise<this> {
    const hasCome = () => (this.seqs.at(-1) ?? 0) >= seq || (this.snapshots.at(-1)?.seq ?? 0) >= seq;
    await eventually(hasCome, { withinMs, what: `event ${seq}` });
    return this;
  }

  close(): void {
    this.socket.disconnect();
  }
}

/** Connects as a responder. */
export function connectResponder(url: string, auth: object = {}, options = {}): LiveClient {
  return new LiveClient(url, { token: OPERATOR_KEY, ...auth }, options);
}

/** Connects as a responder and waits until it is live: the presence greeting is the first thing after that. */
export async function liveResponder(url: string, auth: object = {}, options = {}): Promise<LiveClient> {
  const client = connectResponder(url, auth, options);
  await eventually(() => client.presence.length > 0, { what: 'a live socket' });
  return client;
}

/** Sends any event with any arguments and waits for its callback. */
export async function ask(client: LiveClient, event: string, ...args: unknown[]): Promise<Record<string, unknown>> {
  const socket = client.socket.timeout(3000) as unknown as {
    emitWithAck(event: string, ...args: unknown[]): Promise<Record<string, unknown>>;
  };
  return socket.emitWithAck(event, ...args);
}
