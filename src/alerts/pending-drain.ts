import { Logger } from '@nestjs/common';
import type { Clock } from '../clock.js';
import { AdvisoryLock } from '../database/advisory-lock.js';
import { storesNothing, type Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import { pause } from '../pause.js';
import type { AlertLog } from './alert-log.js';
import type { CancelPins } from './cancel-pins.js';
import type { PendingEntry, PendingStream } from './pending-stream.js';

/** 'nab' and a number: the one process that moves presses to Postgres. */
const DRAIN_LOCK = 7_233_899;
/** Entries moved at a time: as many as go into one commit. */
const PAGE = 200;
const LOOK_MS = 500;
/** Longer than any page takes. Two at a time would do no harm: the log knows what comes twice. */
const FROZEN_MS = 30_000;

export interface PendingDrainParts {
  readonly database: Database;
  readonly log: Pick<AlertLog, 'append' | 'probe'>;
  readonly stream: PendingStream;
  readonly pins: Pick<CancelPins, 'keepDigests'>;
  readonly clock: Clock;
  /** After how long without a sign of life another process takes over, ms. */
  readonly frozenMs?: number;
}

/**
 * Moves the presses that Redis took to the log, in one process at a time. They may come twice, because Redis is told to
 * forget them only after their commit: the log knows each by its key, and by the id that it was promised.
 */
export class PendingDrain {
  readonly #stop = new AbortController();
  readonly #logger = new Logger('PendingDrain');
  #running: Promise<void> | undefined;
  /** Fewer after a page that failed: a Postgres that is slow takes some, and one entry may be what it fails at. */
  #pageSize = PAGE;

  constructor(private readonly parts: PendingDrainParts) {}

  start(): void {
    this.#running = this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if ((await this.parts.stream.oldest(1)).length > 0) await this.#drainAlone(signal);
      } catch {
        // Redis or Postgres is away: health says so, and the next round tries again.
      }
      await pause(LOOK_MS, signal);
    }
  }

  async #drainAlone(stop: AbortSignal): Promise<void> {
    const { database, frozenMs = FROZEN_MS } = this.parts;
    await AdvisoryLock.whileHeld(database, DRAIN_LOCK, frozenMs, (lock) => this.#drain(lock, stop));
  }

  async #drain(lock: AdvisoryLock, stop: AbortSignal): Promise<void> {
    const end = AbortSignal.any([stop, lock.lost]);
    let moved = 0;
    let after: string | undefined;
    try {
      for (;;) {
        await lock.check();
        if (end.aborted) break;
        const page = await this.parts.stream.oldest(this.#pageSize, after);
        if (page.length === 0) break;
        if (await this.#moveOrPass(page)) moved += page.length;
        else after = page[0]!.id;
      }
    } finally {
      if (moved > 0) this.#logger.log({ presses: moved }, 'what Redis took while Postgres was away is stored');
    }
  }

  /**
   * Moves a page. False for a single entry at which a Postgres fails that stores others: it keeps its place, is tried
   * again in the next round, and holds up nothing.
   */
  async #moveOrPass(page: readonly PendingEntry[]): Promise<boolean> {
    try {
      await this.#move(page);
      this.#pageSize = Math.min(PAGE, this.#pageSize * 2);
      return true;
    } catch (error) {
      this.#pageSize = Math.ceil(page.length / 2);
      if (page.length > 1) throw error;
      await this.parts.log.probe();
      this.#logger.warn({ err: error, entry: page[0]!.id }, 'an entry of emergency:pending cannot be stored now');
      return false;
    }
  }

  /** Appends together, so that they share a commit; in their order, so that the first press opens the alert. */
  async #move(page: readonly PendingEntry[]): Promise<void> {
    const results = await Promise.allSettled(page.map((entry) => this.#store(entry)));
    const done = page.filter((_, index) => results[index]!.status === 'fulfilled');
    await this.parts.stream.delete(done.map(({ id }) => id));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      if (storesNothing(result.reason)) throw result.reason;
      await this.#refuse(page[index]!, result.reason);
    }
  }

  async #store({ press }: PendingEntry): Promise<void> {
    if (!press) throw new Error('no press of this version');
    const { command } = press;
    const loggedAt = this.parts.clock.now().toISOString();
    const outcome = await this.parts.log.append({ ...command, promised: { ...command.promised, loggedAt } });
    if ('refused' in outcome) throw new Error(outcome.refused);
    const { alert, proven } = outcome;
    // They are made for one id. An alert that Postgres had under another one had them when it was stored there.
    if (!press.pins || !proven || alert.id !== command.promised.id) return;
    if ((await this.parts.pins.keepDigests(alert, press.pins)) === 'failed') throw new AppError('DATABASE_UNAVAILABLE');
  }

  async #refuse(entry: PendingEntry, reason: unknown): Promise<void> {
    this.#logger.error(
      { err: reason, entry: entry.id },
      'an entry of emergency:pending cannot be stored; it is set aside',
    );
    await this.parts.stream.setAside(entry);
  }
}
