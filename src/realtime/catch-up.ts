import { Logger } from '@nestjs/common';
import type { LogEntry } from '../alerts/alert.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import { isUnavailable } from '../database/database.js';
import { Slots } from '../slots.js';
import type { Arrivals } from './arrivals.js';
import { drained } from './engine.js';
import type { LiveLog } from './live-log.js';
import type { LiveSockets } from './live-sockets.js';
import { PreFramed } from './pre-framed.js';
import { ReplayPages } from './replay-pages.js';
import { resync } from './resync.js';
import { Snapshots } from './snapshots.js';
import type { RealtimeSocket, ResyncReason } from './socket-events.js';
import { messageFor } from './telling.js';
import { Turns } from './turns.js';

/** Messages of a page that comes from Postgres; the socket must have taken them before the next. */
const PAGE = 100;
const READ_PAGE = 500;
/** Reads of the log at a time: a storm of returning clients must not starve what else Postgres has to do. */
const READS_AT_A_TIME = 4;
/** Bytes of a page, about: a slow link takes it before its next ping is due. */
const PAGE_BYTES = 64 * 1024;
/** For one that the network takes as fast as we write. Fewer, larger writes bring 5000 sockets back in less CPU. */
const MAX_PAGE_BYTES = 256 * 1024;
/** Bytes sent to sockets that catch up in one turn of the event loop, whoever's they are: about 0.2 ms. */
const BYTES_PER_TURN = 256 * 1024;
/** What a write costs beside its bytes, in bytes: most of a small one is the system call. */
const WRITE_COST = 4096;
const START_WAIT_MS = 2000;
const REACH_WAIT_MS = 5000;
const STALL_MS = 20_000;

export interface CatchUpParts {
  readonly reader: Pick<AlertReader, 'after' | 'range' | 'timeline' | 'byId' | 'openAlerts'>;
  readonly live: LiveLog;
  readonly sockets: LiveSockets;
  /** What comes meanwhile goes first. */
  readonly arrivals?: Arrivals;
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
 * last page and its going live are one tick, so no event is lost between the two and none comes twice.
 */
export class CatchUp {
  readonly #reads = new Slots(READS_AT_A_TIME);
  readonly #turns: Turns;
  readonly #logger = new Logger('CatchUp');
  readonly #pages: ReplayPages;
  readonly #snapshots: Snapshots;

  constructor(private readonly parts: CatchUpParts) {
    const { reader, live, arrivals } = parts;
    this.#turns = new Turns(BYTES_PER_TURN, arrivals);
    this.#pages = new ReplayPages(live.recent);
    const byId: typeof reader.byId = (id) => this.#reads.use(() => reader.byId(id));
    this.#snapshots = new Snapshots({ byId, openAlerts: () => reader.openAlerts() }, live.recent);
  }

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
    const { audience } = socket.data;
    let position = from;
    let size = PAGE_BYTES;
    while (socket.connected) {
      await this.#waitFor(position);
      if (live.recent.position === position) return sockets.add(socket);
      if (!live.recent.covers(position)) {
        position = await this.#replayFromLog(socket, position);
        continue;
      }
      await this.#turn(this.#pages.after(audience, position, size).events);
      // Meanwhile the memory may have moved on.
      if (position === live.recent.position || !live.recent.covers(position)) continue;
      const { through, events } = this.#pages.after(audience, position, size);
      const taken = events && sockets.writer.write(socket, events);
      size = taken ? Math.min(2 * size, MAX_PAGE_BYTES) : PAGE_BYTES;
      position = through;
      if (position === live.recent.position) return sockets.add(socket);
      if (events) await waitUntilTaken(socket);
    }
  }

  /** Sends a page from Postgres; gives the `seq` up to which the socket is now complete. */
  async #replayFromLog(socket: RealtimeSocket, position: number): Promise<number> {
    const { audience } = socket.data;
    const { reader, live } = this.parts;
    const { receiptOf } = audience.grants;
    if (receiptOf !== undefined) {
      // Read after this moment, a last page holds everything of the alert up to here.
      const now = live.recent.position;
      const own = await this.#reads.use(() => reader.timeline(receiptOf, position, READ_PAGE));
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
    const missed = entries.flatMap((entry) => messageFor(socket.data.audience, entry) ?? []);
    for (let start = 0; start < missed.length && socket.connected; start += PAGE) {
      await this.#send(socket, PreFramed.of('alert', missed.slice(start, start + PAGE)));
    }
  }

  /** Sends the snapshot; gives the `seq` that it is true at. */
  async #sendSnapshot(socket: RealtimeSocket): Promise<number> {
    const { seq, parts } = await this.#snapshots.for(socket.data.audience);
    for (const part of parts) if (socket.connected) await this.#send(socket, part);
    return seq;
  }

  async #send(socket: RealtimeSocket, events: PreFramed): Promise<void> {
    await this.#turn(events);
    if (!socket.connected) return;
    this.parts.sockets.writer.write(socket, events);
    await waitUntilTaken(socket);
  }

  async #turn(events: PreFramed | undefined): Promise<void> {
    await this.#turns.take(WRITE_COST + (events?.bytes.length ?? 0));
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

async function waitUntilTaken(socket: RealtimeSocket): Promise<void> {
  if (!(await drained(socket, STALL_MS)) && socket.connected) throw new MustResync('slow');
}
