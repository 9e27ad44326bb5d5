import { connect, type Socket } from 'node:net';
import { eventually } from '../eventually.js';

/** Of an address of their own, where there is one: else they would take the ports that other servers listen at. */
const FROM = process.platform === 'linux' ? { localAddress: '127.0.0.2' } : {};

/** First byte of a WebSocket's last frame. */
const CLOSE_FRAME = 0x88;

/** Connections that hold on to a server: each says something, or nothing, and then no more than a byte a second. */
export class HeldConnections {
  readonly #sockets = new Set<Socket>();
  readonly #timers: NodeJS.Timeout[] = [];
  #opened = 0;

  constructor(private readonly port: number) {}

  get open(): number {
    return this.#sockets.size;
  }

  /** Resolves when all of them are connected. */
  async add(count: number, says: string, dribbles = ''): Promise<void> {
    const wanted = this.#opened + count;
    for (let n = 0; n < count; n += 1) this.#connect(says, dribbles);
    await eventually(() => this.#opened >= wanted, { withinMs: 30_000, what: `${count} connections` });
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(says: string, dribbles: string): void {
    const socket = connect({ port: this.port, host: '127.0.0.1', ...FROM }, () => {
      this.#opened += 1;
      if (says !== '') socket.write(says);
      if (dribbles !== '') this.#timers.push(setInterval(() => socket.write(dribbles), 1000));
    });
    this.#sockets.add(socket);
    // Of a WebSocket that the server has said goodbye to, `ws` waits half a minute for the other end's.
    socket.on('data', (chunk: Buffer) => chunk.at(0) === CLOSE_FRAME && socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
