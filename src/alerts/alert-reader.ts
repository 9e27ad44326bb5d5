import { asc, eq, gt, sql, type SQL } from 'drizzle-orm';
import { alertEvents, alerts, logHead } from '../database/schema.js';
import type { Database } from '../database/database.js';
import { findPromised } from '../database/promised-ids.js';
import type { Alert, LogEntry } from './alert.js';
import { storedAlert } from './stored-alert.js';

/** Where the log stands: the last `seq` given, and the last one that retention has deleted. */
export interface LogRange {
  readonly head: number;
  readonly floor: number;
}

/** All open alerts as of `seq`. */
export interface Snapshot {
  readonly seq: number;
  readonly alerts: Alert[];
}

const ENTRY_COLUMNS = {
  seq: alertEvents.seq,
  type: alertEvents.type,
  alertId: alertEvents.alertId,
  at: alertEvents.at,
  actor: alertEvents.actor,
  details: alertEvents.details,
  alert: alertEvents.alert,
};

/** Reads of the log and of the alerts that it adds up to. All throw as {@link Database.query} does. */
export class AlertReader {
  constructor(private readonly database: Database) {}

  /** Entries with a later `seq`, in order, at most `limit`. */
  async after(seq: number, limit: number): Promise<LogEntry[]> {
    return this.#entries(gt(alertEvents.seq, seq), limit);
  }

  /** Entries of one alert with a later `seq`, in order, at most `limit`: anyone can press a thousand times. */
  async timeline(alertId: string, after: number, limit: number): Promise<LogEntry[]> {
    return this.#entries(sql`${alertEvents.alertId} = ${alertId} and ${alertEvents.seq} > ${after}`, limit);
  }

  async range(): Promise<LogRange> {
    const [row] = await this.database.read((db) =>
      db.select({ head: logHead.seq, floor: logHead.floor }).from(logHead),
    );
    if (!row) throw new Error('log_head is empty: run the migrations');
    return row;
  }

  /** The alert of an id, also of one that was promised and turned out to be another alert's. */
  async byId(id: string): Promise<Alert | undefined> {
    const alert = await this.#byOwnId(id);
    if (alert) return alert;
    const became = await findPromised(this.database, id);
    return became === undefined || became.id === id ? undefined : this.#byOwnId(became.id);
  }

  async #byOwnId(id: string): Promise<Alert | undefined> {
    const [row] = await this.database.read((db) =>
      db
        .select({ alert: alertEvents.alert })
        .from(alerts)
        .innerJoin(alertEvents, eq(alertEvents.seq, alerts.seq))
        .where(eq(alerts.id, id)),
    );
    return row && storedAlert(row.alert);
  }

  /** The open alerts, oldest first, and the `seq` they are true at: one statement, so both are of one moment. */
  async openAlerts(): Promise<Snapshot> {
    const rows = await this.database.read((db) =>
      db
        .select({ seq: logHead.seq, alert: alertEvents.alert })
        .from(logHead)
        .leftJoin(alerts, eq(alerts.closed, sql`false`))
        .leftJoin(alertEvents, eq(alertEvents.seq, alerts.seq))
        .orderBy(asc(alerts.id)),
    );
    return { seq: rows[0]?.seq ?? 0, alerts: rows.flatMap(({ alert }) => (alert ? [storedAlert(alert)] : [])) };
  }

  async #entries(condition: SQL, limit: number): Promise<LogEntry[]> {
    const rows = await this.database.read((db) =>
      db.select(ENTRY_COLUMNS).from(alertEvents).where(condition).orderBy(asc(alertEvents.seq)).limit(limit),
    );
    // The columns type and details are written together, from one event.
    return rows.map((row) => ({ ...row, at: row.at.toISOString(), alert: storedAlert(row.alert) }) as LogEntry);
  }
}
