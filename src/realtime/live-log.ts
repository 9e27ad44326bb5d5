import { setImmediate as nextTurn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { LogEntry } from '../alerts/alert.js';
import type { AlertLog } from '../alerts/alert-log.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import type { AlertStream } from '../alerts/alert-stream.js';
import { LogTail } from '../alerts/log-tail.js';
import { pause } from '../pause.js';
import { Waiters } from '../waiters.js';
import { RecentEntries } from './recent-entries.js';

const KEEP = 5000;
const READ_PAGE = 500;
/** Entries delivered at once. Between two such chunks the sockets send: a burst must not look like slow readers. */
const CHUNK = 100;
const START_RETRY_MS = 500;

export interface LiveLogParts {
  readonly log: Pick<AlertLog, 'onCommit'>;
  readonly reader: Pick<AlertReader, 'after' | 'range'>;
  readonly stream: Pick<AlertStream, 'follow'>;
  /** Entries kept in memory for clients that return. */
  readonly keep?: number;
}

/** What hears of the log; neither may throw or reject. */
export interface LiveListener {
  /** Gets every entry in order, once. It is waited for: what is committed meanwhile comes with the next call. */
  readonly onEntries: (entries: readonly LogEntry[]) => void | Promise<void>;
  /** What was delivered is no longer the log: whoever has it must begin anew. */
  readonly onRewind: () => void;
}

/** The tail of this process for its sockets: where it stands, and the last entries in memory. */
export class LiveLog {
  readonly recent: RecentEntries;
  readonly #tail: LogTail;
  readonly #stopping = new AbortController();
  readonly #logger = new Logger('LiveLog');
  #listener: LiveListener = { onEntries: () => undefined, onRewind: () => undefined };
  #started = Promise.resolve();
  #isStarted = false;
  readonly #waiters = new Waiters();
  #following = Promise.resolve();

  constructor(private readonly parts: LiveLogParts) {
    this.recent = new RecentEntries(parts.keep ?? KEEP);
    this.#tail = new LogTail(
      (after, limit) => this.#read(after, limit),
      (entries) => this.#deliver(entries),
    );
  }

  /** Starts at the head of the log, in the background; while Postgres is away it is tried again. */
  start(listener: LiveListener): void {
    this.#listener = listener;
    this.parts.log.onCommit((entries) => this.#tail.offer(entries, 'commit'));
    this.#following = this.parts.stream.follow(
      (entries) => this.#tail.offer(entries, 'stream'),
      this.#stopping.signal,
      (seq) => seq <= this.recent.position,
    );
    this.#started = this.#start();
  }

  /** Resolves true once it stands at the head, false when it does not within `timeoutMs`. */
  async whenStarted(timeoutMs: number): Promise<boolean> {
    await this.#waiters.until(() => this.#isStarted || this.#stopping.signal.aborted, timeoutMs);
    return this.#isStarted;
  }

  /** Resolves true once the entry `seq` is delivered, false when it is not within `timeoutMs`. */
  async reached(seq: number, timeoutMs: number): Promise<boolean> {
    return this.#tail.reached(seq, timeoutMs);
  }

  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#stopping.abort();
    this.#waiters.look();
    await Promise.all([this.#started, this.#following, this.#tail.stop()]);
  }

  async #start(): Promise<void> {
    let reported = false;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#readRecent();
        if (this.#stopping.signal.aborted) return;
        this.#tail.start(this.recent.position);
        this.#isStarted = true;
        this.#waiters.look();
        return;
      } catch (error) {
        if (!reported) this.#logger.warn({ err: error }, 'the log cannot be read yet; sockets wait for it');
        reported = true;
        await pause(START_RETRY_MS, this.#stopping.signal);
      }
    }
  }

  /** Fills the memory, so that the storm of clients that return after a restart is served from it. */
  async #readRecent(): Promise<void> {
    const { reader } = this.parts;
    const { head, floor } = await reader.range();
    this.recent.startAfter(Math.max(floor, head - this.recent.capacity));
    while (this.recent.position < head) {
      const page = await reader.after(this.recent.position, READ_PAGE);
      if (page.length === 0) return this.recent.startAfter(head);
      this.recent.add(page);
    }
  }

  async #read(after: number, limit: number): Promise<readonly LogEntry[]> {
    const { reader } = this.parts;
    const entries = await reader.after(after, limit);
    if (entries.length === 0) this.#checkHead((await reader.range()).head, after);
    return entries;
  }

  /**
   * A log that ends before what was delivered comes from a backup, or from a replica that was behind. Its next alerts
   * bear the numbers of those that are lost, and would pass for known.
   */
  #checkHead(head: number, delivered: number): void {
    if (head >= delivered) return;
    this.#logger.error({ head, delivered }, 'the log of alerts has gone back; all sockets connect anew');
    this.recent.startAfter(head);
    this.#tail.rewind(head);
    this.#listener.onRewind();
  }

  /** The tail brings entries again when it was interrupted; what was delivered is passed over. */
  async #deliver(entries: readonly LogEntry[]): Promise<void> {
    const fresh = entries.filter(({ seq }) => seq > this.recent.position);
    for (let start = 0; start < fresh.length; start += CHUNK) {
      if (start > 0) await nextTurn();
      // The log has gone back meanwhile: the rest is no longer part of it.
      if (start > 0 && fresh[start]!.seq !== this.recent.position + 1) return;
      await this.#deliverChunk(fresh.slice(start, start + CHUNK));
    }
  }

  /** They come to the memory and are given to whoever is live in one tick: who catches up finds none between the two. */
  #deliverChunk(entries: readonly LogEntry[]): void | Promise<void> {
    this.recent.add(entries);
    return this.#listener.onEntries(entries);
  }
}
