import { setTimeout as delay } from 'node:timers/promises';
import { Waiters } from '../waiters.js';
import type { LogEntry } from './alert.js';

/** How an entry reached the tail: from the log itself, or sooner, by a commit of this process or by the stream. */
export type EntrySource = 'log' | 'commit' | 'stream';

/** Takes entries in `seq` order, each once. A rejected promise brings the same entries again. */
export type Deliver = (entries: readonly LogEntry[], source: EntrySource) => void | Promise<void>;

/** Where a tail reads what nobody offered: later entries, in order. */
export type ReadLog = (after: number, limit: number) => Promise<readonly LogEntry[]>;

interface Offered {
  readonly entry: LogEntry;
  readonly source: EntrySource;
}

const BATCH = 500;
/** Entries that may wait behind a gap; beyond it the log is read instead. */
const MAX_PENDING = 10_000;
const POLL_MS = 1000;
const RETRY_MS = 250;

/**
 * Follows the log: delivers exactly the entry after its cursor, whatever comes early, late, twice or not at all.
 * Offers (own commits, the Redis stream) make it fast; the poll of the log makes it complete.
 */
export class LogTail {
  #cursor = 0;
  #timer: NodeJS.Timeout | undefined;
  #delivering: Promise<void> | undefined;
  #reading: Promise<void> | undefined;
  #mustRead = false;
  #rewinds = 0;
  #stopped = true;
  readonly #pending = new Map<number, Offered>();
  readonly #waiters = new Waiters();

  constructor(
    private readonly readLog: ReadLog,
    private readonly deliver: Deliver,
    private readonly pollMs = POLL_MS,
  ) {}

  /** `seq` of the last entry delivered. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Starts after `cursor`; entries offered earlier are kept. */
  start(cursor: number): void {
    this.#cursor = cursor;
    this.#stopped = false;
    this.#timer = setInterval(() => this.wake(), this.pollMs);
    this.wake();
  }

  /** Stops following and waits for what is in progress. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await Promise.all([this.#delivering, this.#reading]);
  }

  /** Hands over entries that are known to be committed; what is in order is delivered within this call. */
  offer(entries: readonly LogEntry[], source: EntrySource): void {
    if (this.#pending.size + entries.length > MAX_PENDING) this.#pending.clear();
    for (const entry of entries) {
      if (entry.seq > this.#cursor && !this.#pending.has(entry.seq)) this.#pending.set(entry.seq, { entry, source });
    }
    this.#pump();
  }

  /** Goes on after an earlier entry, because the log itself has gone back. */
  rewind(cursor: number): void {
    this.#rewinds += 1;
    this.#pending.clear();
    this.#cursor = cursor;
  }

  /** Reads the log now instead of at the next poll. */
  wake(): void {
    this.#mustRead = true;
    this.#pump();
  }

  /** Resolves true once `seq` is delivered, false when it is not within `timeoutMs`. */
  async reached(seq: number, timeoutMs: number): Promise<boolean> {
    if (this.#cursor >= seq) return true;
    const reached = this.#waiters.until(() => this.#cursor >= seq, timeoutMs);
    this.wake();
    return reached;
  }

  #pump(): void {
    this.#deliverReady();
    if (this.#stopped || this.#reading) return;
    const gap = this.#pending.size > 0 && !this.#delivering;
    if (this.#mustRead || gap) this.#reading = this.#read();
  }

  #deliverReady(): void {
    while (!this.#stopped && !this.#delivering) {
      const run = this.#takeRun();
      if (run.length === 0) return;
      const delivered = this.#deliverRun(run);
      if (delivered) {
        this.#delivering = delivered.finally(() => {
          this.#delivering = undefined;
          this.#pump();
        });
      }
    }
  }

  /** A delivery that fails is tried again a little later, with the same entries. */
  #deliverRun(run: readonly Offered[]): Promise<void> | undefined {
    const { source } = run[0]!;
    const entries = run.map(({ entry }) => entry);
    const rewinds = this.#rewinds;
    // What was under way when the log went back says nothing about where it stands now.
    const advance = () => (rewinds === this.#rewinds ? this.#advance(entries) : undefined);
    let delivered: void | Promise<void>;
    try {
      delivered = this.deliver(entries, source);
    } catch {
      return delay(RETRY_MS);
    }
    if (delivered) return delivered.then(advance).catch(() => delay(RETRY_MS));
    this.#advance(entries);
    return undefined;
  }

  #advance(entries: readonly LogEntry[]): void {
    this.#cursor = entries.at(-1)!.seq;
    for (const { seq } of entries) this.#pending.delete(seq);
    this.#waiters.look();
  }

  /** The next entries in order that came from one source. */
  #takeRun(): Offered[] {
    const run: Offered[] = [];
    while (run.length < BATCH) {
      const next = this.#pending.get(this.#cursor + 1 + run.length);
      if (!next || (run[0] && next.source !== run[0].source)) break;
      run.push(next);
    }
    return run;
  }

  async #read(): Promise<void> {
    this.#mustRead = false;
    const after = this.#cursor;
    let read: readonly LogEntry[] = [];
    try {
      read = await this.readLog(after, BATCH);
    } catch {
      // Postgres is away: the next poll reads again. Its users report the failure.
    }
    this.#reading = undefined;
    // What the log itself lacks (retention, a partial restore) nobody can deliver: go on with what it has.
    if (read.length > 0 && this.#cursor === after && !this.#delivering) this.#cursor = read[0]!.seq - 1;
    for (const seq of this.#pending.keys()) if (seq <= this.#cursor) this.#pending.delete(seq);
    if (read.length === BATCH) this.#mustRead = true;
    if (read.length > 0) this.offer(read, 'log');
  }
}
