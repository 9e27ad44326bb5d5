import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { PoolClient } from 'pg';
import { databaseUnavailable, isUnavailable, type Database } from '../database/database.js';
import { AppError } from '../errors/app-error.js';
import type { Alert, LogEntry } from './alert.js';
import { AlertBatch, touchedBy, type Outcome, type TouchedIds, type TouchedRow } from './alert-batch.js';
import { BEGIN_AND_LOCK, READ_TOUCHED, WRITE_BATCH } from './alert-log.sql.js';
import { isOpen } from './alert.js';
import type { AlertCommand } from './decide.js';

/** Commands of one transaction; more wait for the next. */
const MAX_BATCH = 200;
const CONFLICT_RETRIES = 3;
const CONFLICT_PAUSE_MS = 20;

interface Waiting {
  readonly command: AlertCommand;
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
  #running: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  /** Calls `listener` after every commit of this process that added entries. */
  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Decides a command on the committed state and commits what it causes.
   * @returns the outcome, only after its COMMIT
   * @throws AppError DATABASE_UNAVAILABLE when it is not known to be committed: the caller may repeat it with its key
   */
  append(command: AlertCommand): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ command, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is waiting any more. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commitNext(this.#waiting.splice(0, MAX_BATCH));
    this.#running = undefined;
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
    const { outcomes, entries } = await this.#transact(batch.map(({ command }) => command));
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

  async #transact(commands: readonly AlertCommand[]): Promise<{ outcomes: Outcome[]; entries: LogEntry[] }> {
    // What keeps us from the lock (a refused login, a read-only replica) says nothing about the commands.
    const client = await this.#lockedClient().catch((error: unknown) => {
      throw databaseUnavailable(error);
    });
    let broken: Error | undefined;
    try {
      const state = new AlertBatch(client.head, await readTouched(client.connection, touchedBy(commands)));
      const outcomes = commands.map((command) => state.run(command));
      if (state.entries.length > 0 || state.newKeys.size > 0) {
        await client.connection.query({ ...WRITE_BATCH, values: writeValues(state) });
        await client.connection.query('commit');
      } else {
        await client.connection.query('rollback');
      }
      return { outcomes, entries: state.entries };
    } catch (error) {
      await client.connection.query('rollback').catch((rollbackError: Error) => (broken = rollbackError));
      throw error;
    } finally {
      client.connection.release(broken);
    }
  }

  /** A connection that holds the lock of the log. A pooled connection that died meanwhile is replaced, once. */
  async #lockedClient(mayRetry = true): Promise<{ connection: PoolClient; head: number }> {
    const connection = await this.database.writers.connect();
    try {
      const results = (await connection.query(BEGIN_AND_LOCK)) as unknown as { rows: { seq: string }[] }[];
      return { connection, head: Number(results[1]!.rows[0]!.seq) };
    } catch (error) {
      connection.release(error as Error);
      if (mayRetry && isUnavailable(error)) return this.#lockedClient(false);
      throw error;
    }
  }
}

/** Postgres undid the transaction in favour of another one, as in a deadlock with retention; it may be run again. */
function isConflict(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith('40');
}

interface TouchedDbRow {
  readonly by: TouchedRow['by'];
  readonly found_by: string;
  readonly alert: Alert;
  readonly fingerprint: Buffer | null;
  readonly proven: boolean | null;
}

async function readTouched(client: PoolClient, { ids, reporters, keys }: TouchedIds): Promise<TouchedRow[]> {
  if (ids.length + reporters.length + keys.length === 0) return [];
  const values = [ids, reporters, keys.map((key) => Buffer.from(key, 'hex'))];
  const { rows } = await client.query<TouchedDbRow>({ ...READ_TOUCHED, values });
  return rows.map((row) => ({
    by: row.by,
    foundBy: row.found_by,
    alert: row.alert,
    ...(row.fingerprint ? { fingerprint: row.fingerprint.toString('hex'), proven: row.proven ?? false } : {}),
  }));
}

/** The arrays of {@link WRITE_BATCH}, a column each. */
function writeValues(state: AlertBatch): unknown[] {
  const alerts = state.changed;
  const { entries } = state;
  const keys = [...state.newKeys.values()];
  return [
    alerts.map((alert) => alert.id),
    alerts.map((alert) => alert.reference),
    alerts.map((alert) => alert.status),
    alerts.map((alert) => alert.severity),
    alerts.map((alert) => alert.kind),
    alerts.map((alert) => state.reporterOf.get(alert.id) ?? null),
    alerts.map((alert) => state.firstSeqOf.get(alert.id) ?? 0),
    alerts.map((alert) => alert.seq),
    alerts.map((alert) => alert.openedAt),
    alerts.map((alert) => alert.updatedAt),
    alerts.map((alert) => !isOpen(alert)),
    entries.map((entry) => entry.seq),
    entries.map((entry) => entry.alertId),
    entries.map((entry) => entry.type),
    entries.map((entry) => entry.at),
    entries.map((entry) => JSON.stringify(entry.actor)),
    entries.map((entry) => JSON.stringify(entry.details)),
    entries.map((entry) => JSON.stringify(entry.alert)),
    keys.map((key) => Buffer.from(key.digest, 'hex')),
    keys.map((key) => Buffer.from(key.fingerprint, 'hex')),
    keys.map((key) => key.alertId),
    keys.map((key) => key.proven),
    keys.map((key) => key.at),
    state.head,
  ];
}
