import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { databaseUnavailable, isUnavailable, type Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import type { LogEntry } from './alert.js';
import type { Outcome } from './alert-batch.js';
import type { AlertCommand } from './decide.js';
import { LogWriter } from './log-writer.js';

/** Commands of one batch; more wait for the next. */
const MAX_BATCH = 200;
const CONFLICT_RETRIES = 3;
const CONFLICT_PAUSE_MS = 20;

interface Waiting {
  readonly command: AlertCommand;
  readonly withdrawn: AbortSignal | undefined;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Called with the entries of each committed batch, in order, before its commands are answered. */
export type CommitListener = (entries: readonly LogEntry[]) => void;

/**
 * The log of alerts in Postgres, written by group commit: while one transaction is in flight, later commands wait and
 * go together in the next, so that one fsync serves many alerts and latency at rest is one commit.
 */
export class AlertLog {
  readonly #waiting: Waiting[] = [];
  readonly #listeners: CommitListener[] = [];
  readonly #logger = new Logger('AlertLog');
  readonly #writer: LogWriter;
  #running: Promise<void> | undefined;
  #committing = Promise.resolve();

  constructor(database: Database) {
    this.#writer = new LogWriter(database);
  }

  /** Calls `listener` after every commit of this process that added entries. */
  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Decides a command on the committed state and commits what it causes.
   * @param withdrawn aborts when it need not be stored any more; once its commit has begun, it is all the same
   * @returns the outcome, only after its COMMIT
   * @throws AppError DATABASE_UNAVAILABLE when it is not known to be committed: the caller may repeat it with its key
   */
  append(command: AlertCommand, withdrawn?: AbortSignal): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, withdrawn, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Rejects with DATABASE_UNAVAILABLE while nothing can be written. */
  async probe(): Promise<void> {
    await this.#writer.probe();
  }

  /** Resolves when the commit that is under way has come to an end, be it well or not. */
  async turn(): Promise<void> {
    await this.#committing;
  }

  /** Resolves when nothing is waiting any more. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeWaiting();
      if (batch.length === 0) continue;
      this.#committing = this.#commitNext(batch);
      await this.#committing;
    }
    this.#running = undefined;
  }

  /** What is withdrawn must not cost a log that comes back the time of those that wait for it. */
  #takeWaiting(): Waiting[] {
    const taken = this.#waiting.splice(0, MAX_BATCH);
    for (const { withdrawn, reject } of taken) {
      if (withdrawn?.aborted) reject(databaseUnavailable(new Error('the command was withdrawn')));
    }
    return taken.filter(({ withdrawn }) => !withdrawn?.aborted);
  }

  async #commitNext(batch: readonly Waiting[], retries = CONFLICT_RETRIES): Promise<void> {
    try {
      await this.#commit(batch);
    } catch (error) {
      if (retries > 0 && isConflict(error)) {
        // At once it would take the lock again from under the one that waits for it, into the same conflict.
        await delay(CONFLICT_PAUSE_MS);
        await this.#commitNext(batch, retries - 1);
      } else if (isUnavailable(error)) {
        const unavailable = error instanceof AppError ? error : databaseUnavailable(error);
        for (const { reject } of batch) reject(unavailable);
      } else if (batch.length === 1) {
        batch[0]!.reject(error);
      } else {
        // One command that Postgres refuses must not take its neighbours with it.
        for (const waiting of batch) await this.#commitNext([waiting]);
      }
    }
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    const { outcomes, entries } = await this.#writer.write(batch.map(({ command }) => command));
    if (entries.length > 0) this.#tellListeners(entries);
    batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
  }

  /** What is committed must not be tried again because somebody who hears of it fails. */
  #tellListeners(entries: readonly LogEntry[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(entries);
      } catch (error) {
        this.#logger.error({ err: error }, 'a listener of the log failed; the alerts are stored');
      }
    }
  }
}

/** Postgres undid the transaction in favour of another one, as in a deadlock with retention; it may be run again. */
function isConflict(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith('40');
}
