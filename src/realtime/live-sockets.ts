import { dropUnsent, unsentOf } from './engine.js';
import { FrameWriter, type PreFramed } from './pre-framed.js';
import { resync } from './resync.js';
import { groupOf } from './rooms.js';
import type { Audience, RealtimeSocket } from './socket-events.js';

/** Bounds of what may wait for one socket. */
const MAX_PACKETS = 200;
const MAX_BYTES = 1024 * 1024;

/** Live sockets that get the same events. */
export interface SocketGroup {
  readonly audience: Audience;
  readonly sockets: Set<RealtimeSocket>;
}

/**
 * The sockets of this node that follow live; each is bounded in what may wait for it. The groups are lists of our own:
 * to find 10 000 sockets by the rooms of Socket.IO costs 3 us each.
 */
export class LiveSockets {
  readonly writer = new FrameWriter();
  readonly #groups = { responder: new Map<string, SocketGroup>(), reporter: new Map<string, SocketGroup>() };
  readonly #counts = { responder: 0, reporter: 0 };
  /** Those that did not take the last events at once: only they can have fallen behind. */
  readonly #lagging = new Set<RealtimeSocket>();
  #checking: NodeJS.Immediate | undefined;

  constructor(private readonly onChange: () => void) {}

  /** From now on the socket gets what its audience gets. */
  add(socket: RealtimeSocket): void {
    if (!socket.connected) return;
    const { audience } = socket.data;
    const groups = this.#groups[audience.kind];
    const key = groupOf(audience);
    const group = groups.get(key) ?? { audience, sockets: new Set() };
    groups.set(key, group);
    group.sockets.add(socket);
    this.#counts[audience.kind] += 1;
    socket.once('disconnect', () => this.#delete(socket));
    this.onChange();
  }

  /** How many of a kind are connected. */
  count(kind: Audience['kind']): number {
    return this.#counts[kind];
  }

  /** The responders, by what they asked for. */
  responders(): Iterable<SocketGroup> {
    return this.#groups.responder.values();
  }

  /** The reporters of one alert. */
  reporters(alertId: string): SocketGroup | undefined {
    return this.#groups.reporter.get(alertId);
  }

  /** Sends events to all sockets of a group. */
  send({ sockets }: SocketGroup, events: PreFramed): void {
    for (const socket of sockets) this.sendTo(socket, events);
  }

  /** Sends events to a socket that was live a moment ago. */
  sendTo(socket: RealtimeSocket, events: PreFramed): void {
    if (socket.connected && !this.writer.write(socket, events)) this.#lagging.add(socket);
  }

  /** Ends the sockets that fell behind, after those that did not have had their turn to send. */
  checkSoon(): void {
    if (this.#lagging.size === 0) return;
    this.#checking ??= setImmediate(() => {
      this.#checking = undefined;
      for (const socket of this.#lagging) this.#check(socket);
    });
  }

  /** Looks at all of them: what answers to their own requests left unsent makes no socket lag. */
  checkAll(): void {
    for (const groups of Object.values(this.#groups)) {
      for (const { sockets } of groups.values()) for (const socket of sockets) this.#check(socket);
    }
  }

  stop(): void {
    clearImmediate(this.#checking);
  }

  #check(socket: RealtimeSocket): void {
    const { packets, bytes } = unsentOf(socket);
    if (packets > MAX_PACKETS || bytes > MAX_BYTES) this.#end(socket);
    else if (bytes === 0) this.#lagging.delete(socket);
  }

  #end(socket: RealtimeSocket): void {
    // A fan-out that began before still has it: ended a second time, it would lose the word why.
    if (!this.#delete(socket)) return;
    dropUnsent(socket);
    resync(socket, 'slow');
  }

  /** False when it was no longer here. */
  #delete(socket: RealtimeSocket): boolean {
    const { audience } = socket.data;
    const groups = this.#groups[audience.kind];
    const group = groups.get(groupOf(audience));
    this.#lagging.delete(socket);
    if (!group?.sockets.delete(socket)) return false;
    if (group.sockets.size === 0) groups.delete(groupOf(audience));
    this.#counts[audience.kind] -= 1;
    this.onChange();
    return true;
  }
}
