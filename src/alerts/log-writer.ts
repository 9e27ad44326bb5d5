import type { PoolClient } from 'pg';
import { jsonArray, plainArray } from '../database/array-literal.js';
import { databaseUnavailable, isUnavailable, type Database } from '../database/database.js';
import { isOpen, type Alert, type LogEntry } from './alert.js';
import { AlertBatch, touchedBy, type Outcome, type TouchedIds, type TouchedRow } from './alert-batch.js';
import { jsonOf } from './alert-json.js';
import { BEGIN_AND_LOCK, PROBE, READ_STATE, WRITE_BATCH, WRITE_BATCH_AND_PLACES } from './alert-log.sql.js';
import { placeChanges } from './alert-places.js';
import type { AlertCommand } from './decide.js';

/** Batches that take the lock first after the short way failed: mostly because another node is writing as well. */
const LOCKED_BATCHES = 20;
/** A head that is known for longer is read again, so that what may meet a dead connection first is a read. */
const HEAD_KNOWN_MS = 1000;

/** What a batch came to, committed. */
export interface Written {
  readonly outcomes: readonly Outcome[];
  readonly entries: readonly LogEntry[];
}

/**
 * Decides batches of commands on the committed state and commits them, one batch at a time. All writers of a log stand
 * in line for one row, `log_head`, so commit order is `seq` order (ADR 2). Most batches join the line only with the
 * statement that writes, which does nothing when the log is no longer where they were decided (ADR 11).
 */
export class LogWriter {
  #head: number | undefined;
  readonly #forgetHead = setTimeout(() => (this.#head = undefined), HEAD_KNOWN_MS).unref();
  #lockedBatches = 0;

  constructor(private readonly database: Database) {}

  /**
   * Commits a batch.
   * @throws AppError DATABASE_UNAVAILABLE where the lock cannot be had; else what Postgres threw
   */
  async write(commands: readonly AlertCommand[]): Promise<Written> {
    const touched = touchedBy(commands);
    if (this.#lockedBatches === 0) {
      const written = await this.#tryWithoutLock(commands, touched);
      if (written) return written;
      this.#lockedBatches = LOCKED_BATCHES;
    }
    this.#lockedBatches -= 1;
    return this.#writeLocked(commands, touched);
  }

  /**
   * Takes the way that every batch takes, the lock of the head, and changes nothing.
   * @throws AppError DATABASE_UNAVAILABLE when no alert could be written now
   */
  async probe(): Promise<void> {
    const connection = await this.#connect();
    let broken: Error | undefined;
    try {
      await connection.query(PROBE);
    } catch (error) {
      broken = error as Error;
      throw databaseUnavailable(error);
    } finally {
      connection.release(broken);
    }
  }

  /** One round trip, two where there is something to read. Gives undefined when nothing was written for any reason. */
  async #tryWithoutLock(commands: readonly AlertCommand[], touched: TouchedIds): Promise<Written | undefined> {
    const connection = await this.#connect();
    let writing = false;
    let broken: Error | undefined;
    try {
      const { head, rows } = this.#knownState(touched) ?? (await readState(connection, touched));
      const batch = new AlertBatch(head, rows);
      const outcomes = commands.map((command) => batch.run(command));
      writing = true;
      if (!(await writeBatch(connection, batch, head))) return undefined;
      this.#rememberHead(batch.head);
      return { outcomes, entries: batch.entries };
    } catch (error) {
      this.#head = undefined;
      if (!isUnavailable(error)) return undefined;
      broken = error as Error;
      // Whether a write is committed is not known: written again, it could be stored twice. And a server that let a
      // read time out lets the lock time out as well: an answer now is worth more.
      if (writing || isTimeout(error)) throw error;
      return undefined;
    } finally {
      connection.release(broken);
    }
  }

  async #writeLocked(commands: readonly AlertCommand[], touched: TouchedIds): Promise<Written> {
    const connection = await this.#lockedConnection();
    let broken: Error | undefined;
    try {
      const { head, rows } = await readState(connection, touched);
      const batch = new AlertBatch(head, rows);
      const outcomes = commands.map((command) => batch.run(command));
      await writeBatch(connection, batch, head);
      await connection.query('commit');
      this.#rememberHead(batch.head);
      return { outcomes, entries: batch.entries };
    } catch (error) {
      await connection.query('rollback').catch((rollbackError: Error) => (broken = rollbackError));
      throw error;
    } finally {
      connection.release(broken);
    }
  }

  /** What keeps us from the lock (a refused login, a read-only replica) says nothing about the commands. */
  async #lockedConnection(): Promise<PoolClient> {
    const connection = await this.#connect();
    try {
      await connection.query(BEGIN_AND_LOCK);
      return connection;
    } catch (error) {
      connection.release(error as Error);
      throw databaseUnavailable(error);
    }
  }

  async #connect(): Promise<PoolClient> {
    return this.database.writers.connect().catch((error: unknown) => {
      throw databaseUnavailable(error);
    });
  }

  #knownState({ ids, reporters, keys }: TouchedIds): State | undefined {
    if (this.#head === undefined || ids.length + reporters.length + keys.length > 0) return undefined;
    return { head: this.#head, rows: [] };
  }

  #rememberHead(head: number): void {
    this.#head = head;
    this.#forgetHead.refresh();
  }
}

function isTimeout(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '57014' || /timeout/i.test(message ?? '');
}

interface State {
  readonly head: number;
  readonly rows: readonly TouchedRow[];
}

interface StateRow {
  readonly by: TouchedRow['by'] | 'head';
  readonly found_by: string;
  readonly alert: Alert | null;
  readonly fingerprint: Buffer | null;
  readonly proven: boolean | null;
}

async function readState(connection: PoolClient, { ids, newIds, reporters, keys }: TouchedIds): Promise<State> {
  const values = [[...new Set([...ids, ...newIds])], reporters, keys.map((key) => Buffer.from(key, 'hex'))];
  const { rows } = await connection.query<StateRow>({ ...READ_STATE, values });
  const touched = rows.flatMap(({ by, found_by: foundBy, alert, fingerprint, proven }): TouchedRow[] => {
    if (by === 'head' || !alert) return [];
    const key = fingerprint ? { fingerprint: fingerprint.toString('hex'), proven: proven ?? false } : {};
    return [{ by, foundBy, alert, ...key }];
  });
  return { head: Number(rows.find(({ by }) => by === 'head')!.found_by), rows: touched };
}

/** Writes what a batch came to; false, and nothing is written, when the log is no longer at `head`. */
async function writeBatch(connection: PoolClient, batch: AlertBatch, head: number): Promise<boolean> {
  if (batch.entries.length === 0 && batch.newKeys.size === 0) return true;
  const values = [head, batch.head, ...alertColumns(batch), ...entryColumns(batch.entries), ...keyColumns(batch)];
  const places = placeColumns(batch.entries);
  const statement = places ? { ...WRITE_BATCH_AND_PLACES, values: [...values, ...places] } : { ...WRITE_BATCH, values };
  const { rowCount } = await connection.query(statement);
  return rowCount === 1;
}

/** Undefined where no alert belongs anywhere else than before. */
function placeColumns(entries: readonly LogEntry[]): unknown[] | undefined {
  const { entered, left } = placeChanges(entries);
  if (entered.length + left.length === 0) return undefined;
  return [entered, left].flatMap((rows) => [
    plainArray(rows.map(({ placeId }) => placeId)),
    plainArray(rows.map(({ alertId }) => alertId)),
  ]);
}

function alertColumns(batch: AlertBatch): unknown[] {
  const alerts = batch.changed;
  return [
    plainArray(alerts.map(({ id }) => id)),
    plainArray(alerts.map(({ reference }) => reference)),
    plainArray(alerts.map(({ status }) => status)),
    plainArray(alerts.map(({ severity }) => severity)),
    plainArray(alerts.map(({ kind }) => kind)),
    alerts.map(({ id }) => batch.reporterOf.get(id) ?? null),
    plainArray(alerts.map(({ id }) => batch.firstSeqOf.get(id) ?? 0)),
    plainArray(alerts.map(({ seq }) => seq)),
    plainArray(alerts.map(({ openedAt }) => openedAt)),
    plainArray(alerts.map(({ updatedAt }) => updatedAt)),
    plainArray(alerts.map((alert) => !isOpen(alert))),
  ];
}

function entryColumns(entries: readonly LogEntry[]): unknown[] {
  return [
    plainArray(entries.map(({ seq }) => seq)),
    plainArray(entries.map(({ alertId }) => alertId)),
    plainArray(entries.map(({ type }) => type)),
    plainArray(entries.map(({ at }) => at)),
    jsonArray(entries.map(({ actor }) => jsonOf(actor))),
    jsonArray(entries.map(({ details }) => jsonOf(details))),
    jsonArray(entries.map(({ alert }) => jsonOf(alert))),
  ];
}

function keyColumns({ newKeys }: AlertBatch): unknown[] {
  const keys = [...newKeys.values()];
  return [
    keys.map(({ digest }) => Buffer.from(digest, 'hex')),
    keys.map(({ fingerprint }) => Buffer.from(fingerprint, 'hex')),
    plainArray(keys.map(({ alertId }) => alertId)),
    plainArray(keys.map(({ proven }) => proven)),
    plainArray(keys.map(({ at }) => at)),
  ];
}
