import type { Alert, LogEntry } from '../../src/alerts/alert.js';
import { AlertBatch, touchedBy, type Outcome, type TouchedRow } from '../../src/alerts/alert-batch.js';
import type { AlertCommand } from '../../src/alerts/decide.js';

/** What the database does for the log, in memory: keeps, and finds by id, reporter and key. */
export class MemoryLog {
  head = 0;
  readonly entries: LogEntry[] = [];
  readonly alerts = new Map<string, Alert>();
  readonly #reporters = new Map<string, string>();
  readonly #keys = new Map<string, { fingerprint: string; alertId: string; proven: boolean }>();

  run(commands: readonly AlertCommand[]): Outcome[] {
    const batch = new AlertBatch(this.head, this.#find(commands));
    const outcomes = commands.map((command) => batch.run(command));
    this.head = batch.head;
    this.entries.push(...batch.entries);
    for (const alert of batch.changed) this.alerts.set(alert.id, alert);
    for (const [alertId, reporter] of batch.reporterOf) this.#reporters.set(alertId, reporter);
    for (const [digest, key] of batch.newKeys) this.#keys.set(digest, key);
    return outcomes;
  }

  #find(commands: readonly AlertCommand[]): TouchedRow[] {
    const { ids, newIds, reporters, keys } = touchedBy(commands);
    const byId = [...ids, ...newIds].flatMap((id) => this.#row('id', id, id));
    const byReporter = reporters.flatMap((reporter) => {
      const ids = [...this.#reporters].filter(([, of]) => of === reporter).map(([id]) => id);
      return this.#row('reporter', reporter, ids.sort((a, b) => a.localeCompare(b)).at(-1));
    });
    const byKey = keys.flatMap((digest) => {
      const key = this.#keys.get(digest);
      return this.#row('key', digest, key?.alertId).map((row) => ({ ...row, ...key }));
    });
    return [...byId, ...byReporter, ...byKey];
  }

  #row(by: TouchedRow['by'], foundBy: string, id: string | undefined): TouchedRow[] {
    const alert = id === undefined ? undefined : this.alerts.get(id);
    return alert ? [{ by, foundBy, alert }] : [];
  }
}
