import type { Alert, LogEntry } from './alert.js';
import { apply } from './apply.js';
import { promisedDigest } from '../database/promised-ids.js';
import { decideLifecycle, decideUpdate, type AlertCommand, type RaiseCommand } from './decide.js';
import { decideRaise, type RaiseFacts } from './decide-raise.js';
import { decideEscalation } from './decide-escalation.js';
import type { Decision, Refusal } from './decision.js';
import { storedAlert } from './stored-alert.js';

/** What the commands of a batch may touch, as the transaction reads it. */
export interface TouchedIds {
  readonly ids: string[];
  readonly reporters: string[];
  readonly keys: string[];
  /**
   * The ids that presses bring for a new alert. They are not there, but for a press that went to Redis while the log did
   * not answer, and came from there first: they are looked up where something is read anyway.
   */
  readonly newIds: string[];
}

/** One alert that the transaction found, and by what. */
export interface TouchedRow {
  readonly by: 'id' | 'reporter' | 'key';
  readonly foundBy: string;
  readonly alert: Alert;
  readonly fingerprint?: string;
  readonly proven?: boolean;
}

interface KnownKey {
  readonly digest: string;
  readonly fingerprint: string;
  readonly alertId: string;
  readonly proven: boolean;
  readonly at: string;
}

/** Result of one command: what was decided, the alert after it, and its entry in the log where there is one. */
export type Outcome = (Decision & { readonly alert: Alert; readonly entry?: LogEntry }) | Refusal;

/** The ids, reporters and keys that a batch of commands has to read. */
export function touchedBy(commands: readonly AlertCommand[]): TouchedIds {
  const ids = new Set<string>();
  const reporters = new Set<string>();
  const keys = new Set<string>();
  const newIds: string[] = [];
  for (const command of commands) {
    if (command.type !== 'raise') {
      ids.add(command.alertId);
      continue;
    }
    newIds.push(command.newId);
    const receipted = command.receiptOf ?? command.weakReceiptOf;
    if (receipted) ids.add(receipted);
    if (command.reporter) reporters.add(command.reporter);
    if (command.key) keys.add(command.key.digest);
    if (command.promised) {
      ids.add(command.promised.id);
      keys.add(promisedDigest(command.promised.id));
    }
  }
  return { ids: [...ids], reporters: [...reporters], keys: [...keys], newIds };
}

/**
 * The states that a batch of commands works on. Commands are decided one after the other, each on what the ones
 * before it left, so that one batch gives exactly what the same commands in single batches would.
 */
export class AlertBatch {
  readonly entries: LogEntry[] = [];
  /** Keys to be remembered, by digest. */
  readonly newKeys = new Map<string, KnownKey>();
  /** The weak reporter of each alert that this batch opened. */
  readonly reporterOf = new Map<string, string>();
  /** The `seq` that raised each alert that this batch opened. */
  readonly firstSeqOf = new Map<string, number>();
  #seq: number;
  readonly #alerts = new Map<string, Alert>();
  readonly #byReporter = new Map<string, string>();
  readonly #byKey = new Map<string, Omit<KnownKey, 'digest' | 'at'>>();

  constructor(head: number, rows: readonly TouchedRow[]) {
    this.#seq = head;
    for (const { by, foundBy, alert, fingerprint = '', proven = false } of rows) {
      this.#alerts.set(alert.id, storedAlert(alert));
      if (by === 'reporter') this.#byReporter.set(foundBy, alert.id);
      if (by === 'key') this.#byKey.set(foundBy, { fingerprint, alertId: alert.id, proven });
    }
  }

  /** The last `seq` given. */
  get head(): number {
    return this.#seq;
  }

  /** The alerts that this batch changed, as they are now. */
  get changed(): Alert[] {
    return [...new Set(this.entries.map(({ alertId }) => alertId))].map((id) => this.#alerts.get(id)!);
  }

  run(command: AlertCommand): Outcome {
    const decision = this.#decide(command);
    if ('refused' in decision) return decision;
    const entry = this.#record(decision);
    const alert = this.#alerts.get(decision.alertId)!;
    if (command.type === 'raise') this.#remember(command, decision);
    return { ...decision, alert, ...(entry ? { entry } : {}) };
  }

  #decide(command: AlertCommand): Decision | Refusal {
    if (command.type === 'raise') return decideRaise(this.#factsFor(command), command);
    const alert = this.#alerts.get(command.alertId);
    if (command.type === 'escalate') return decideEscalation(alert, command);
    return command.type === 'update' ? decideUpdate(alert, command) : decideLifecycle(alert, command);
  }

  #factsFor({ newId, key, receiptOf, weakReceiptOf, reporter, promised: promise }: RaiseCommand): RaiseFacts {
    const known = key && this.#byKey.get(key.digest);
    const keyedAlert = known && this.#alerts.get(known.alertId);
    const receipted = this.#alerts.get(receiptOf ?? weakReceiptOf ?? '');
    const reported = this.#alerts.get(this.#byReporter.get(reporter ?? '') ?? '');
    const raised = this.#alerts.get(newId);
    return {
      ...(known && keyedAlert ? { keyed: { ...known, alert: keyedAlert } } : {}),
      ...(receipted ? { receipted } : {}),
      ...(reported ? { reported } : {}),
      ...(promise ? this.#promised(promise.id) : {}),
      ...(raised ? { raised } : {}),
    };
  }

  #promised(id: string): Pick<RaiseFacts, 'promised'> {
    const own = this.#alerts.get(id);
    if (own) return { promised: { alert: own, proven: true } };
    const alias = this.#byKey.get(promisedDigest(id));
    const alert = this.#alerts.get(alias?.alertId ?? '');
    return alias && alert ? { promised: { alert, proven: alias.proven } } : {};
  }

  #record({ event }: Decision): LogEntry | undefined {
    if (!event) return undefined;
    this.#seq += 1;
    const alert = apply(this.#alerts.get(event.alertId), event, this.#seq);
    this.#alerts.set(alert.id, alert);
    const entry: LogEntry = { ...event, seq: this.#seq, alert };
    this.entries.push(entry);
    return entry;
  }

  #remember({ key, reporter, at, promised }: RaiseCommand, { alertId, outcome, proven }: Decision): void {
    if (outcome === 'raised') {
      this.firstSeqOf.set(alertId, this.#seq);
      if (reporter) {
        this.#byReporter.set(reporter, alertId);
        this.reporterOf.set(alertId, reporter);
      }
    }
    // Postgres had the press under another id than Redis promised: the promise must lead there as well.
    if (promised && !this.#alerts.has(promised.id)) {
      const digest = promisedDigest(promised.id);
      this.#keep({ digest, fingerprint: digest, alertId, proven, at });
    }
    if (!key || outcome === 'replayed') return;
    this.#keep({ digest: key.digest, fingerprint: key.fingerprint, alertId, proven, at });
  }

  #keep(known: KnownKey): void {
    this.#byKey.set(known.digest, known);
    this.newKeys.set(known.digest, known);
  }
}
