import { dropUnsent, unsentOf } from './engine.js';
import { resync } from './resync.js';
import type { Audience, RealtimeSocket } from './socket-events.js';

/** Bounds of what may wait for one socket. */
const MAX_PACKETS = 200;
const MAX_BYTES = 1024 * 1024;

/** The sockets of this node that follow live; each is bounded in what may wait for it. */
export class LiveSockets {
  readonly #sockets = new Set<RealtimeSocket>();
  readonly #counts = { responder: 0, reporter: 0 };
  #checking: NodeJS.Immediate | undefined;

  constructor(private readonly onChange: () => void) {}

  /** From now on the socket gets what its rooms get. */
  add(socket: RealtimeSocket): void {
    if (!socket.connected) return;
    void socket.join([...socket.data.audience.rooms]);
    this.#sockets.add(socket);
    this.#counts[socket.data.audience.kind] += 1;
    socket.once('disconnect', () => this.#delete(socket));
    this.onChange();
  }

  /** How many of a kind are connected. */
  count(kind: Audience['kind']): number {
    return this.#counts[kind];
  }

  /** Ends the sockets that fell behind, after those that did not have had their turn to send. */
  checkSoon(): void {
    this.#checking ??= setImmediate(() => {
      this.#checking = undefined;
      for (const socket of this.#sockets) if (isBehind(socket)) this.#end(socket);
    });
  }

  stop(): void {
    clearImmediate(this.#checking);
  }

  #end(socket: RealtimeSocket): void {
    this.#delete(socket);
    dropUnsent(socket);
    resync(socket, 'slow');
  }

  #delete(socket: RealtimeSocket): void {
    if (!this.#sockets.delete(socket)) return;
    this.#counts[socket.data.audience.kind] -= 1;
    this.onChange();
  }
}

function isBehind(socket: RealtimeSocket): boolean {
  const { packets, bytes } = unsentOf(socket);
  return packets > MAX_PACKETS || bytes > MAX_BYTES;
}
