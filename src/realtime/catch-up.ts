import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { LogEntry } from '../alerts/alert.js';
import type { AlertReader, Snapshot } from '../alerts/alert-reader.js';
import { isUnavailable } from '../database/database.js';
import { drained } from './engine.js';
import type { LiveLog } from './live-log.js';
import type { LiveSockets } from './live-sockets.js';
import { resync } from './resync.js';
import { messageFor, viewFor } from './rooms.js';
import { Slots } from './slots.js';
import { partsOf } from './snapshot-parts.js';
import type { RealtimeSocket, ResyncReason, SocketIdentity } from './socket-events.js';

/** Messages sent before the socket must have taken them. */
const PAGE = 100;
const READ_PAGE = 500;
/** Reads of the log at a time: a storm of returning clients must not starve what else Postgres has to do. */
const READS_AT_A_TIME = 4;
const START_WAIT_MS = 2000;
const REACH_WAIT_MS = 5000;
const STALL_MS = 20_000;

export interface CatchUpParts {
  readonly reader: Pick<AlertReader, 'after' | 'range' | 'timeline' | 'byId' | 'openAlerts'>;
  readonly live: LiveLog;
  readonly sockets: LiveSockets;
}

/** Ends a catch-up: the socket has to connect anew. */
class MustResync extends Error {
  constructor(readonly reason: ResyncReason) {
    super(reason);
  }
}

/**
 * Brings a new socket to where the live log stands, and lets it go on from there: first what it asks for (a snapshot,
 * or what came after its cursor), page by page as fast as it reads; what has come meanwhile it finds in memory. The
 * last page and the joining of its rooms are one tick, so no event is lost between the two and none comes twice.
 */
export class CatchUp {
  readonly #reads = new Slots(READS_AT_A_TIME);
  /** One page in one turn of the event loop, whoever's it is: between two, alerts are taken and sent as ever. */
  readonly #turns = new Slots(1);
  readonly #logger = new Logger('CatchUp');
  #snapshot: Promise<Snapshot> | undefined;

  constructor(private readonly parts: CatchUpParts) {}

  /**
   * Never rejects: what fails is told to the socket by `resync`.
   * @returns whether the socket is live
   */
  async run(socket: RealtimeSocket): Promise<boolean> {
    try {
      if (!(await this.parts.live.whenStarted(START_WAIT_MS))) throw new MustResync('unavailable');
      const { cursor } = socket.data;
      await this.#follow(socket, cursor === undefined ? await this.#sendSnapshot(socket) : await this.#checked(cursor));
      return socket.connected;
    } catch (error) {
      if (!socket.connected) return false;
      if (!(error instanceof MustResync) && !isUnavailable(error)) {
        this.#logger.error({ err: error }, 'a socket could not catch up');
      }
      resync(socket, error instanceof MustResync ? error.reason : 'unavailable');
      return false;
    }
  }

  /** Sends everything after `position`, then goes live. */
  async #follow(socket: RealtimeSocket, from: number): Promise<void> {
    const { live, sockets } = this.parts;
    let position = from;
    while (socket.connected) {
      await this.#waitFor(position);
      if (!live.recent.covers(position)) {
        position = await this.#replayFromLog(socket, position);
        continue;
      }
      await this.#turn();
      if (!live.recent.covers(position)) continue;
      const missed = messages(socket, live.recent.after(position));
      send(socket, missed.slice(0, PAGE));
      if (missed.length <= PAGE) return sockets.add(socket);
      position = missed[PAGE - 1]!.seq;
      await waitUntilTaken(socket);
    }
  }

  /** Sends a page from Postgres; gives the `seq` up to which the socket is now complete. */
  async #replayFromLog(socket: RealtimeSocket, position: number): Promise<number> {
    const { audience } = socket.data;
    const { reader, live } = this.parts;
    if (audience.kind === 'reporter') {
      // Read after this moment, a last page holds everything of the alert up to here.
      const now = live.recent.position;
      const own = await this.#reads.use(() => reader.timeline(audience.alertId, position, READ_PAGE));
      await this.#sendPaged(socket, own);
      const last = own.at(-1)?.seq ?? 0;
      return own.length === READ_PAGE ? last : Math.max(now, last);
    }
    const page = await this.#reads.use(() => reader.after(position, READ_PAGE));
    // The log has no gaps but those that retention makes, which it may do while we read.
    if (page.length === 0 || page.some(({ seq }, index) => seq !== position + 1 + index)) {
      throw new MustResync('cursor-expired');
    }
    await this.#sendPaged(socket, page);
    return page.at(-1)!.seq;
  }

  async #sendPaged(socket: RealtimeSocket, entries: readonly LogEntry[]): Promise<void> {
    const missed = messages(socket, entries);
    for (let start = 0; start < missed.length && socket.connected; start += PAGE) {
      await this.#turn();
      send(socket, missed.slice(start, start + PAGE));
      await waitUntilTaken(socket);
    }
  }

  /**
   * Sends the snapshot; gives the `seq` that it is true at. In parts, because on a slow link one large message would
   * hold up the pings until the connection counts as dead.
   */
  async #sendSnapshot(socket: RealtimeSocket): Promise<number> {
    const { seq, alerts } = await this.#readSnapshot(socket.data);
    const views = alerts.flatMap((alert) => viewFor(socket.data.audience, alert) ?? []);
    const parts = partsOf(views);
    for (const [index, part] of parts.entries()) {
      await this.#turn();
      if (!socket.connected) break;
      // Until the last part the client has nothing to go on from: it must not take the half for the whole.
      const isLast = index === parts.length - 1;
      const numbers = parts.length === 1 ? {} : { part: index + 1, parts: parts.length };
      socket.emit('snapshot', { seq: isLast ? seq : 0, alerts: part, ...numbers });
      await waitUntilTaken(socket);
    }
    return seq;
  }

  async #readSnapshot({ audience }: SocketIdentity): Promise<Snapshot> {
    const { reader, live } = this.parts;
    if (audience.kind === 'reporter') {
      const now = live.recent.position;
      const alert = await this.#reads.use(() => reader.byId(audience.alertId));
      return { seq: Math.max(now, alert?.seq ?? 0), alerts: alert ? [alert] : [] };
    }
    // Those who ask while it is read share the answer: it is true at its own seq, whoever gets it.
    this.#snapshot ??= reader.openAlerts().finally(() => (this.#snapshot = undefined));
    return this.#snapshot;
  }

  async #turn(): Promise<void> {
    await this.#turns.use(() => nextTurn());
  }

  /** A cursor that can be served, or MustResync. */
  async #checked(cursor: number): Promise<number> {
    if (this.parts.live.recent.covers(cursor)) return cursor;
    const { head, floor } = await this.#reads.use(() => this.parts.reader.range());
    if (cursor > head) throw new MustResync('cursor-ahead');
    if (cursor < floor) throw new MustResync('cursor-expired');
    return cursor;
  }

  /** What another node has committed may be ahead of this one for a moment. */
  async #waitFor(position: number): Promise<void> {
    const { live } = this.parts;
    if (position <= live.recent.position) return;
    if (!(await live.reached(position, REACH_WAIT_MS))) throw new MustResync('unavailable');
  }
}

type Message = NonNullable<ReturnType<typeof messageFor>>;

function messages(socket: RealtimeSocket, entries: readonly LogEntry[]): Message[] {
  return entries.flatMap((entry) => messageFor(socket.data.audience, entry) ?? []);
}

function send(socket: RealtimeSocket, page: readonly Message[]): void {
  for (const message of page) socket.emit('alert', message);
}

async function waitUntilTaken(socket: RealtimeSocket): Promise<void> {
  if (!(await drained(socket, STALL_MS)) && socket.connected) throw new MustResync('slow');
}
