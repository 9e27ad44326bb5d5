import type { Alert, LogEntry } from './alert.js';
import { AlertBatch, type Outcome } from './alert-batch.js';
import { isOpenToReporter } from './decide-raise.js';
import type { RaiseCommand } from './decide.js';
import type { Refusal } from './decision.js';
import { nameOfAlert, namesOf, type PendingPress } from './pending-press.js';

/** Ids of the log's alerts that are remembered, the newest: most promises outlive their outage by minutes. */
const LOGGED_KEPT = 10_000;

/**
 * Presses that are known at a time, about 5 KB each: a flood in a long outage must not end the process, which would find
 * them all again when it starts. What is beyond is told as it comes, and stored like all others.
 */
const MOST_KNOWN = 10_000;

export type Accepted = Exclude<Outcome, Refusal>;

interface Known {
  readonly alertId: string;
  readonly names: readonly string[];
  readonly outcome: Accepted;
}

/** An alert that is not in the log yet, and when what it is was told, RFC 3339 UTC. */
export interface ProvisionalAlert {
  readonly at: string;
  readonly alert: Alert;
}

/**
 * The alerts that Redis has taken and Postgres has not, as this process knows them: the same decisions as the log's, on
 * the presses in the order in which Redis took them. They bear no `seq`, because they stand nowhere in the log.
 */
export class ProvisionalAlerts {
  #batch = new AlertBatch(0, []);
  /** By the id in the stream, in its order. */
  readonly #presses = new Map<string, Known>();
  readonly #alerts = new Map<string, ProvisionalAlert>();
  /** By name, the last press that is known by it. */
  readonly #names = new Map<string, string>();
  /** What Redis brings late of these is no news. */
  readonly #stored = new Set<string>();
  /** They take no further press. */
  readonly #over = new Set<string>();

  constructor(private readonly mostKnown = MOST_KNOWN) {}

  get size(): number {
    return this.#alerts.size;
  }

  /** How many presses are known to wait. */
  get presses(): number {
    return this.#presses.size;
  }

  all(): Iterable<ProvisionalAlert> {
    return this.#alerts.values();
  }

  get(id: string): Alert | undefined {
    return this.#alerts.get(id)?.alert;
  }

  get hasRoom(): boolean {
    return this.#presses.size < this.mostKnown;
  }

  /** What a press came to; undefined for one that is not known. */
  outcomeOf(pressId: string): Accepted | undefined {
    return this.#presses.get(pressId)?.outcome;
  }

  /**
   * Adds a press.
   * @returns the alert where this changed it and it is not stored yet
   */
  add({ id, command }: PendingPress): ProvisionalAlert | undefined {
    if (this.#presses.has(id)) return undefined;
    if (!this.hasRoom) return this.#unknown(command);
    const run = this.#batch.run(command);
    if ('refused' in run) return undefined; // no press is
    const outcome = { ...run, alert: { ...run.alert, seq: 0 } };
    const { alert } = outcome;
    const names = [...Object.values(namesOf(command) as Record<string, string>), nameOfAlert(alert.id, alert.test)];
    this.#presses.set(id, { alertId: alert.id, names, outcome });
    for (const name of names) this.#names.set(name, id);
    if (!outcome.event || this.#stored.has(alert.id)) return undefined;
    const provisional = { at: command.at, alert };
    this.#alerts.set(alert.id, provisional);
    return provisional;
  }

  /** Whether a press belongs to one that waits: it must not overtake it. */
  concerns(command: RaiseCommand): boolean {
    if (this.#presses.size === 0) return false;
    return Object.values(namesOf(command) as Record<string, string>).some((name) => this.#names.has(name));
  }

  /** Whether the log has told of the alert lately. */
  isStored(id: string): boolean {
    return this.#stored.has(id);
  }

  /** Whether the alert was over when the log told of it last. */
  isOver(id: string): boolean {
    return this.#over.has(id);
  }

  /** The log has these. */
  logged(entries: readonly Pick<LogEntry, 'type' | 'alert'>[]): void {
    for (const { type, alert } of entries) {
      if (type === 'alert.raised') {
        this.#stored.add(alert.id);
        this.#alerts.delete(alert.id);
      }
      if (isOpenToReporter(alert)) this.#over.delete(alert.id);
      else this.#over.add(alert.id);
    }
    for (const ids of [this.#stored, this.#over]) keepNewest(ids);
  }

  /**
   * Redis has no presses any more but those from `oldest` on; without it, none.
   * @returns the alerts that nothing waits of and that the log has not told of
   */
  settle(oldest: string | undefined): ProvisionalAlert[] {
    const before = this.#presses.size;
    for (const [id, { names }] of this.#presses) {
      if (oldest !== undefined && !isBefore(id, oldest)) break;
      this.#presses.delete(id);
      for (const name of names) if (this.#names.get(name) === id) this.#names.delete(name);
    }
    if (this.#presses.size === before) return [];
    if (this.#presses.size === 0) this.#batch = new AlertBatch(0, []);
    const waiting = new Set([...this.#presses.values()].map(({ alertId }) => alertId));
    const settled = [...this.#alerts.values()].filter(({ alert }) => !waiting.has(alert.id));
    for (const { alert } of settled) this.#alerts.delete(alert.id);
    return settled;
  }

  /** What a press came to that there is no room for; only one that opens an alert tells something by itself. */
  #unknown(command: PendingPress['command']): ProvisionalAlert | undefined {
    if (!command.promised.first || this.#stored.has(command.promised.id)) return undefined;
    const run = new AlertBatch(0, []).run(command);
    return 'refused' in run ? undefined : { at: command.at, alert: { ...run.alert, seq: 0 } };
  }
}

function keepNewest(ids: Set<string>): void {
  for (const id of ids) {
    if (ids.size <= LOGGED_KEPT) return;
    ids.delete(id);
  }
}

/** Whether a stream id stands before another one. */
export function isBefore(id: string, other: string): boolean {
  const [[ms, count], [otherMs, otherCount]] = [partsOf(id), partsOf(other)];
  return ms === otherMs ? count < otherCount : ms < otherMs;
}

function partsOf(id: string): [ms: number, count: number] {
  const [ms, count] = id.split('-', 2).map(Number);
  return [ms ?? 0, count ?? 0];
}
