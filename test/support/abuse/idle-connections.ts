import { connect, type Socket } from 'node:net';
import { eventually } from '../eventually.js';

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

  left() {
    return [...this.#sockets]
      .map((s) => (s as unknown as { says: string }).says.slice(0, 10))
      .reduce((a: Record<string, number>, b) => ({ ...a, [b]: (a[b] ?? 0) + 1 }), {});
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  #connect(says: string, dribbles: string): void {
    const socket = connect(this.port, '127.0.0.1', () => {
      this.#opened += 1;
      if (says !== '') socket.write(says);
      if (dribbles !== '') this.#timers.push(setInterval(() => socket.write(dribbles), 1000));
    });
    this.#sockets.add(socket);
    Object.assign(socket, { says });
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
