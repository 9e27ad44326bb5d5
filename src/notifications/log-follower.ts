import { Logger } from '@nestjs/common';
import type { AlertStream } from '../alerts/alert-stream.js';
import type { Database } from '../database/database.js';
import { AdvisoryLock } from '../database/advisory-lock.js';
import type { DurableReader } from './durable-reader.js';
import type { LogCursors } from './log-cursors.js';
import { pause } from '../pause.js';
import { ReaderRun } from './reader-run.js';

/** 'nab' and a number: the one worker whose readers follow the log. */
const FOLLOWER_LOCK = 7_233_891;
const RETRY_MS = 1000;
/** Without a sign of life for as long, it is another one's turn: a cursor that moved stops whoever comes to again. */
const FROZEN_MS = 15_000;
/** How often Postgres itself is asked for the head of the log. */
const LOOK_MS = 1000;
/** What the streams bring within this time after a first entry goes together: many alerts cost little more than one. */
const GATHER_MS = { least: 10, anEntry: 5, most: 50 };

interface Parts {
  readonly database: Database;
  readonly cursors: LogCursors;
  readonly stream: AlertStream;
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
  #wake = new AbortController();

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

  /** The log has something new: looks at once, where this process is the one that follows. */
  look(): void {
    this.#wake.abort();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await AdvisoryLock.whileHeld(this.parts.database, FOLLOWER_LOCK, FROZEN_MS, (lock) =>
          this.#follow(lock, signal),
        );
      } catch {
        // Postgres is away: health says so, and the next round tries again.
      }
      await pause(RETRY_MS, signal);
    }
  }

  /** Follows until this process stops, loses the lock, or a reader finds its cursor elsewhere. */
  async #follow(lock: AdvisoryLock, stop: AbortSignal): Promise<void> {
    const moved = new AbortController();
    const end = AbortSignal.any([stop, lock.lost, moved.signal]);
    const starts = await this.#openCursors();
    this.parts.readers.forEach((reader, index) => reader.start(starts[index]!));
    const runs = this.parts.readers.map((reader) => new ReaderRun(reader));
    const work = runs.map(async (run) => run.run(end).catch(() => moved.abort()));
    this.#leading = true;
    const hear = async (seqs: readonly number[]) => {
      for (const run of runs) run.heard(seqs);
      await pause(gatherMs(seqs.length), end);
    };
    const hearing = this.parts.stream.followSeqs(hear, end);
    try {
      while (!end.aborted) {
        this.#wake = new AbortController();
        await this.#look(lock, runs, moved);
        await pause(LOOK_MS, AbortSignal.any([end, this.#wake.signal]));
      }
    } finally {
      this.#leading = false;
      moved.abort();
      await Promise.all([...work, hearing]);
    }
  }

  /** What Redis did not tell is in Postgres; and whoever lost the lock has nothing more to do here. */
  async #look(lock: AdvisoryLock, runs: readonly ReaderRun[], moved: AbortController): Promise<void> {
    const known = Math.max(...runs.map((run) => run.head));
    await lock.check();
    const head = await this.parts.cursors.head();
    // The log has gone back, as after the restore of a backup: so have the cursors.
    if (head < known) moved.abort();
    for (const run of runs) run.reach(head);
  }

  async #openCursors(): Promise<number[]> {
    return Promise.all(this.parts.readers.map(({ cursor }) => this.parts.cursors.open(cursor)));
  }
}

/** The more there was, the longer: above 200 alerts a second the jobs are full ones, and below nobody waits for it. */
function gatherMs(entries: number): number {
  const { least, anEntry, most } = GATHER_MS;
  return Math.min(most, Math.max(least, entries * anEntry));
}
