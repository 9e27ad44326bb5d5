import { io, type Socket } from 'socket.io-client';
import type { ClientToServerEvents, ServerToClientEvents } from '../../src/realtime/socket-events.js';
import { TEST_OPERATOR_KEY } from './test-node.js';

/** A responder's client as the docs ask for: comes back by itself, with the `seq` that it has. */
export class Watcher {
  readonly socket: Socket<ServerToClientEvents, ClientToServerEvents>;
  /** Every alert that it knows of, and when it first did, ms. */
  readonly seen = new Map<string, number>();
  /** Every alert that it was told of before it was in the log, and when it first was, ms. */
  readonly provisional = new Map<string, number>();
  /** What came twice or out of order. */
  readonly disorder: string[] = [];
  /** Reasons of the server's word to connect anew. */
  readonly resyncs: string[] = [];
  #cursor: number | undefined;
  #connections = 0;

  constructor(readonly url: string) {
    this.socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 100,
      reconnectionDelayMax: 500,
      auth: (tell) =>
        tell({ token: TEST_OPERATOR_KEY, ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }) }),
    });
    this.#listen();
  }

  /** How often it came back. */
  get returns(): number {
    return Math.max(0, this.#connections - 1);
  }

  /** `seq` of the last event that it has. */
  get cursor(): number | undefined {
    return this.#cursor;
  }

  close(): void {
    this.socket.disconnect();
  }

  #listen(): void {
    this.socket.on('connect', () => (this.#connections += 1));
    this.socket.on('snapshot', ({ seq, alerts, part, parts }) => {
      for (const { id } of alerts) this.#note(id);
      if (part === parts) this.#cursor = seq;
    });
    this.socket.on('alert', ({ seq, alert }) => {
      if (this.#cursor !== undefined && seq !== this.#cursor + 1) this.disorder.push(`${seq} after ${this.#cursor}`);
      this.#cursor = seq;
      this.#note(alert.id);
    });
    this.socket.on('provisional', ({ alert, became }) => {
      if (became === undefined && !this.provisional.has(alert.id)) this.provisional.set(alert.id, Date.now());
      // It turned out to be an alert that is known by another id.
      if (became) this.#note(alert.id);
    });
    this.socket.on('resync', ({ reason }) => {
      this.resyncs.push(reason);
      if (reason.startsWith('cursor-')) this.#cursor = undefined;
    });
    this.socket.on('disconnect', (reason) => {
      // What the server ends, socket.io's client does not take up by itself.
      if (reason === 'io server disconnect') this.socket.connect();
    });
  }

  #note(id: string): void {
    if (!this.seen.has(id)) this.seen.set(id, Date.now());
  }
}
