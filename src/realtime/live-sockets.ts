import type { LogEntry } from '../alerts/alert.js';
import { personOf } from '../auth/caller.js';
import { sharedAudience, type Audience } from './audience.js';
import { dropUnsent, unsentOf } from './engine.js';
import { NameIndex } from './name-index.js';
import { OnDuty } from './on-duty.js';
import { FrameWriter, type PreFramed } from './pre-framed.js';
import { resync } from './resync.js';
import { roomsOfEntry } from './rooms.js';
import type { RealtimeSocket } from './socket-events.js';

/** Bounds of what may wait for one socket. */
const MAX_PACKETS = 200;
const MAX_BYTES = 1024 * 1024;

/** Live sockets that get the same events, but for what they have reported themselves. */
export interface SocketGroup {
  readonly audience: Audience;
  readonly sockets: Set<RealtimeSocket>;
  /** How many of them are of people with an account. */
  people: number;
}

/**
 * The sockets of this node that follow live; each is bounded in what may wait for it. The groups are lists of our own:
 * to find 10 000 sockets by the rooms of Socket.IO costs 3 us each.
 */
export class LiveSockets {
  readonly writer = new FrameWriter();
  readonly #groups = new Map<string, SocketGroup>();
  readonly #byRoom = new NameIndex<SocketGroup>();
  /** By account. */
  readonly #reporters = new NameIndex<RealtimeSocket>();
  /** The people who are connected and on duty somewhere. */
  readonly onDuty = new OnDuty();
  readonly #counts = { responder: 0, machine: 0, reporter: 0 };
  #sent = 0;
  /** Those that did not take the last events at once: only they can have fallen behind. */
  readonly #lagging = new Set<RealtimeSocket>();
  #checking: NodeJS.Immediate | undefined;

  constructor(private readonly onChange: () => void) {}

  /** From now on the socket gets what its audience gets. */
  add(socket: RealtimeSocket): void {
    if (!socket.connected) return;
    const { audience, caller } = socket.data;
    const { kind, group: name, grants } = audience;
    const group = this.#groups.get(name) ?? this.#open(audience);
    group.sockets.add(socket);
    const person = personOf(caller);
    if (person) {
      group.people += 1;
      this.onDuty.add(person);
    }
    if (grants.reporterId !== undefined) this.#reporters.add(grants.reporterId, socket);
    this.#counts[kind] += 1;
    socket.once('disconnect', () => this.#delete(socket));
    this.onChange();
  }

  /** How many of a kind are connected. */
  count(kind: Audience['kind']): number {
    return this.#counts[kind];
  }

  /** How many are connected. */
  get size(): number {
    const { responder, machine, reporter } = this.#counts;
    return responder + machine + reporter;
  }

  /** Events that were written to sockets since this process started. */
  get sent(): number {
    return this.#sent;
  }

  groups(): Iterable<SocketGroup> {
    return this.#groups.values();
  }

  /** The groups that may get one of these entries, responders first. */
  groupsFor(entries: readonly LogEntry[]): SocketGroup[] {
    return this.inRooms(entries.flatMap(roomsOfEntry));
  }

  /** The groups of any of these rooms, responders first. */
  inRooms(rooms: readonly string[]): SocketGroup[] {
    const groups = new Set<SocketGroup>();
    for (const room of rooms) for (const group of this.#byRoom.get(room)) groups.add(group);
    const isReporters = ({ audience }: SocketGroup) => audience.kind === 'reporter';
    return [...groups].sort((a, b) => Number(isReporters(a)) - Number(isReporters(b)));
  }

  /** The sockets of people who have reported one of these alerts. */
  concernedBy(entries: readonly LogEntry[]): ReadonlySet<RealtimeSocket> {
    const sockets = new Set<RealtimeSocket>();
    for (const { alert } of entries) for (const socket of this.ofReporter(alert.reporterId)) sockets.add(socket);
    return sockets;
  }

  /** The sockets of the account that reported an alert. */
  ofReporter(reporterId: string | null): ReadonlySet<RealtimeSocket> {
    return this.#reporters.get(reporterId ?? '');
  }

  /** Sends events to all sockets of a group. */
  send({ sockets }: SocketGroup, events: PreFramed): void {
    for (const socket of sockets) this.sendTo(socket, events);
  }

  /** Sends events to a socket that was live a moment ago. */
  sendTo(socket: RealtimeSocket, events: PreFramed): void {
    if (!socket.connected) return;
    this.#sent += events.count;
    if (!this.writer.write(socket, events)) this.#lagging.add(socket);
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
    for (const { sockets } of this.#groups.values()) for (const socket of sockets) this.#check(socket);
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

  #open(audience: Audience): SocketGroup {
    const group = { audience: sharedAudience(audience), sockets: new Set<RealtimeSocket>(), people: 0 };
    this.#groups.set(audience.group, group);
    for (const room of group.audience.rooms) this.#byRoom.add(room, group);
    return group;
  }

  /** False when it was no longer here. */
  #delete(socket: RealtimeSocket): boolean {
    const { audience, caller } = socket.data;
    const { kind, group: name, grants } = audience;
    const group = this.#groups.get(name);
    this.#lagging.delete(socket);
    if (!group?.sockets.delete(socket)) return false;
    const person = personOf(caller);
    if (person) {
      group.people -= 1;
      this.onDuty.delete(person);
    }
    if (group.sockets.size === 0) {
      this.#groups.delete(name);
      for (const room of group.audience.rooms) this.#byRoom.delete(room, group);
    }
    if (grants.reporterId !== undefined) this.#reporters.delete(grants.reporterId, socket);
    this.#counts[kind] -= 1;
    this.onChange();
    return true;
  }
}
