import { Logger } from '@nestjs/common';
import type { LogEntry } from '../alerts/alert.js';
import type { AlertReader } from '../alerts/alert-reader.js';
import type { AlertStream } from '../alerts/alert-stream.js';
import { LogTail } from '../alerts/log-tail.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { AdvisoryLock } from './advisory-lock.js';
import type { DurableReader } from './durable-reader.js';
import { CursorMoved, type LogCursors } from './log-cursors.js';
import { pause } from '../pause.js';

/** 'nab' and a number: the one worker whose readers follow the log. */
const FOLLOWER_LOCK = 7_233_891;
const RETRY_MS = 1000;

interface Parts {
  readonly database: Database;
  readonly cursors: LogCursors;
  readonly reader: AlertReader;
  readonly stream: AlertStream;
  readonly clock: Clock;
  readonly readers: readonly DurableReader[];
}

/**
 * Follows the log for its durable readers, in one process at a time over all workers. When that process dies, another
 * one goes on from the cursors in Postgres.
 */
export class LogFollower {
  readonly #stop = new AbortController();
  readonly #logger = new Logger('LogFollower');
  #running: Promise<void> | undefined;
  #leading = false;

  constructor(private readonly parts: Parts) {}

  /** True while this process is the one that follows. */
  get isLeading(): boolean {
    return this.#leading;
  }

  /** Creates missing cursors, so that they stand before the first alert of this process; Postgres may be away. */
  async start(): Promise<void> {
    await this.#openCursors().catch(() => this.#logger.warn('the cursors of the log wait for Postgres'));
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const lock = await AdvisoryLock.tryTake(this.parts.database, FOLLOWER_LOCK);
        if (lock) await this.#lead(lock, signal);
      } catch {
        // Postgres is away: health says so, and the next round tries again.
      }
      await pause(RETRY_MS, signal);
    }
  }

  /** Follows until this process stops, loses the lock, or a reader finds its cursor elsewhere. */
  async #lead(lock: AdvisoryLock, stop: AbortSignal): Promise<void> {
    try {
      await this.#follow(lock, stop);
    } finally {
      await lock.release();
    }
  }

  async #follow(lock: AdvisoryLock, stop: AbortSignal): Promise<void> {
    const moved = new AbortController();
    const end = AbortSignal.any([stop, lock.lost, moved.signal]);
    const starts = await this.#openCursors();
    const tails = this.parts.readers.map((reader) => this.#tailOf(reader, moved));
    tails.forEach((tail, index) => tail.start(starts[index]!));
    this.#leading = true;
    const following = this.parts.stream.follow(
      (entries) => tails.forEach((tail) => tail.offer(entries, 'stream')),
      end,
    );
    try {
      while (!end.aborted) {
        await pause(RETRY_MS, end);
        if (!end.aborted) await lock.check();
      }
    } finally {
      this.#leading = false;
      await Promise.all([...tails.map((tail) => tail.stop()), following]);
    }
  }

  async #openCursors(): Promise<number[]> {
    return Promise.all(this.parts.readers.map(({ cursor }) => this.parts.cursors.open(cursor)));
  }

  #tailOf(reader: DurableReader, moved: AbortController): LogTail {
    let failing = false;
    return new LogTail(
      (after, limit) => this.#readSettled(reader, after, limit),
      async (entries, source) => {
        try {
          await reader.take(entries, source);
          failing = false;
        } catch (error) {
          if (error instanceof CursorMoved) moved.abort();
          if (!failing) this.#logger.warn({ cursor: reader.cursor, reason: nameOf(error) }, 'entries wait for a retry');
          failing = true;
          throw error;
        }
      },
    );
  }

  async #readSettled({ settleMs }: DurableReader, after: number, limit: number): Promise<LogEntry[]> {
    const entries = await this.parts.reader.after(after, limit);
    const latest = this.parts.clock.now().getTime() - settleMs;
    const young = settleMs > 0 ? entries.findIndex(({ at }) => Date.parse(at) > latest) : -1;
    return young < 0 ? entries : entries.slice(0, young);
  }
}

function nameOf(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string };
  return code ?? name ?? 'error';
}
