import { personOf, type Caller } from '../auth/caller.js';
import type { DirectoryChange } from '../directory-changes/directory-change.js';
import type { DirectoryChanges } from '../directory-changes/directory-changes.js';
import { closeConnection } from './engine.js';
import type { RealtimeServer, RealtimeSocket } from './socket-events.js';

/** Handshakes take less than this, ms: what changed longer ago they knew. */
const HANDSHAKE_MS = 30_000;

/** Socket.IO room of a user's sockets, and of those of one session or API key. */
const userRoom = (id: string): string => `user:${id}`;
const sessionRoom = (id: string): string => `session:${id}`;

/**
 * Ends the sockets of whoever's rights or session changed, on every node: their clients come back by themselves, with
 * what they may see now, or are refused. The nodes hear of it by the poll of the directory; a node that made the change
 * wakes the others.
 */
export class AccessWatch {
  #server: RealtimeServer | undefined;
  /** By room, when it was last told of, ms of `performance.now()`. */
  readonly #changed = new Map<string, number>();
  /** When the handshake of a socket began, by the same clock. */
  readonly #begun = new WeakMap<RealtimeSocket, number>();

  constructor(private readonly changes: Pick<DirectoryChanges, 'onChange' | 'onWrite' | 'pollNow'>) {
    changes.onChange((change) => this.#apply(change));
    // Without Redis nobody hears it: the others find it at their next poll.
    changes.onWrite(() => this.#server?.serverSideEmit('directory:changed'));
  }

  start(server: RealtimeServer): void {
    this.#server = server;
    server.on('directory:changed', () => void this.changes.pollNow());
  }

  stop(): void {
    this.#server = undefined;
  }

  /** Before it is asked who connects. */
  begin(socket: RealtimeSocket): void {
    this.#begun.set(socket, performance.now());
  }

  /** Takes a connected socket into care; one whose rights have changed since it began has to come again. */
  async admit(socket: RealtimeSocket): Promise<void> {
    const rooms = roomsOfCaller(socket.data.caller);
    if (rooms.length === 0) return;
    await socket.join(rooms);
    const since = this.#begun.get(socket) ?? 0;
    if (rooms.some((room) => (this.#changed.get(room) ?? -1) >= since)) closeConnection(socket);
  }

  #apply({ userId, sessionId }: DirectoryChange): void {
    const now = performance.now();
    for (const [room, at] of this.#changed) if (at < now - HANDSHAKE_MS) this.#changed.delete(room);
    const rooms = [...(userId ? [userRoom(userId)] : []), ...(sessionId ? [sessionRoom(sessionId)] : [])];
    for (const room of rooms) {
      this.#changed.set(room, now);
      for (const socket of this.#socketsIn(room)) closeConnection(socket);
    }
  }

  #socketsIn(room: string): RealtimeSocket[] {
    const { adapter, sockets } = this.#server?.of('/') ?? {};
    return [...(adapter?.rooms.get(room) ?? [])].flatMap((id) => sockets?.get(id) ?? []);
  }
}

function roomsOfCaller(caller: Caller): string[] {
  const person = personOf(caller);
  return [...(person ? [userRoom(person.id)] : []), ...sessionsOf(caller).map(sessionRoom)];
}

function sessionsOf(caller: Caller): string[] {
  if (caller.kind === 'machine') return [caller.id];
  const sessionId = caller.kind === 'person' || caller.kind === 'operator' ? caller.sessionId : undefined;
  return sessionId === undefined ? [] : [sessionId];
}
