import type { ClientBase } from 'pg';
import type { LogEntry } from '../alerts/alert.js';
import { addNotice, type AddedNotice } from '../notifications/notices.js';
import { beginOf, firstLookAt, stepAt, type PlanStep } from './escalation-plan.js';
import { rowsOf, writeRows, type EscalationRow } from './escalation-rows.js';
import { followAlert, type EscalationChange, type Running } from './follow-alert.js';
import { planFor } from './plans.js';
import { recipientsOf } from './recipients.js';

/** What a batch of events came to. */
export interface BatchResult {
  /** Deliveries that are new, or no longer held. */
  readonly notices: readonly AddedNotice[];
  /** Rows in which something is due. */
  readonly due: readonly EscalationRow[];
}

/** What follows from a few events of the log, within one transaction. */
export class EscalationBatch {
  readonly #rows = new Map<string, EscalationRow>();
  readonly #changed = new Set<string>();
  readonly #notices: AddedNotice[] = [];

  private constructor(
    private readonly client: ClientBase,
    private readonly now: Date,
  ) {}

  /** @param entries in the order of the log. Errors as of the statements */
  static async run(client: ClientBase, entries: readonly LogEntry[], now: Date): Promise<BatchResult> {
    const batch = new EscalationBatch(client, now);
    const drills = await drillsAmong(client, entries);
    const followed = entries.filter(({ alert }) => !alert.test || drills.has(alert.id));
    const promoted = await promotedBy(client, followed);
    for (const row of await rowsOf(client, [...new Set(followed.map(({ alertId }) => alertId))])) {
      batch.#rows.set(keyOf(row), row);
    }
    for (const entry of followed) await batch.#follow(entry, promoted.has(entry.seq));
    return batch.#write();
  }

  async #follow(entry: LogEntry, becameVerified: boolean): Promise<void> {
    const own = [...this.#rows.values()].filter(({ alertId }) => alertId === entry.alertId);
    const running: Running = new Map(own.map(({ organisationId, ended }) => [organisationId, ended]));
    for (const change of followAlert(entry, running, becameVerified)) await this.#apply(entry, change);
    const mayHaveRisen = entry.type === 'alert.repeated' || entry.type === 'alert.duress';
    if (mayHaveRisen && entry.alert.severity === 'critical') {
      this.#notices.push(...(await releaseHeld(this.client, entry.alertId, this.now)));
    }
  }

  async #apply(entry: LogEntry, change: EscalationChange): Promise<void> {
    switch (change.kind) {
      case 'begins':
        return this.#begin(entry, change.organisationId, change.ended ?? null);
      case 'escalated':
        return this.#escalated(entry, change);
      case 'ends': {
        const row = this.#rows.get(keyOf({ ...entry, organisationId: change.organisationId }))!;
        return this.#put({ ...row, nextAt: null, ended: change.ended });
      }
    }
  }

  async #begin(entry: LogEntry, organisationId: string | null, ended: 'acknowledged' | null): Promise<void> {
    const { alert, alertId, seq } = entry;
    const levelAt = new Date(entry.at);
    const { plan } = await planFor(this.client, alert, organisationId);
    const step = plan.steps[0]!;
    const people = await recipientsOf(this.client, step, { organisationId, alert, at: this.now });
    const awake = people.filter(({ isAsleep }) => !isAsleep).length;
    const lookAt = new Date(firstLookAt(plan, { level: 0, levelAt: levelAt.getTime(), awake }));
    this.#put({ alertId, organisationId, level: 0, seq, levelAt, nextAt: ended ? null : lookAt, ended });
    await this.#tell(
      entry,
      people.map(({ userId }) => userId),
      step.channels,
    );
  }

  async #escalated(entry: LogEntry, { organisationId, details }: Omit<Escalation, 'kind'>) {
    const { alert, alertId, seq } = entry;
    const { level, reason, userIds, channels, policy } = details;
    const levelAt = new Date(entry.at);
    const isLast = reason === 'exhausted';
    const held = await planFor(this.client, alert, organisationId);
    const reached = { level, levelAt: levelAt.getTime(), awake: userIds.length };
    const begin = beginOf(held, { ...reached, policy });
    const lookAt = new Date(firstLookAt(held.plan, { ...reached, level: level - begin }));
    const ended = isLast ? 'exhausted' : null;
    this.#put({ alertId, organisationId, level, seq, levelAt, nextAt: isLast ? null : lookAt, ended });
    await this.#tell(entry, userIds, channels);
    if (isLast) return;
    const steps = new Set(details.skipped.map((each) => stepAt(held.plan, each - begin)));
    for (const step of steps) if (step) await this.#tellSleepers(entry, { organisationId, details }, step);
  }

  /** Who is asleep of a step that was passed over is told as that step says. */
  async #tellSleepers(entry: LogEntry, { organisationId, details }: Omit<Escalation, 'kind'>, step: PlanStep) {
    const people = await recipientsOf(this.client, step, { organisationId, alert: entry.alert, at: this.now });
    const asleep = people.filter(({ userId, isAsleep }) => isAsleep && details.userIds.includes(userId));
    await this.#tell(
      entry,
      asleep.map(({ userId }) => userId),
      step.channels,
    );
  }

  async #tell(
    { alertId, seq }: LogEntry,
    userIds: readonly string[],
    channels: EscalationChannels | undefined,
  ): Promise<void> {
    const notice = { kind: 'alert' as const, seq, alertId, userIds, ...(channels ? { channels } : {}) };
    this.#notices.push(...(await addNotice(this.client, notice, this.now)));
  }

  #put(row: EscalationRow): void {
    this.#rows.set(keyOf(row), row);
    this.#changed.add(keyOf(row));
  }

  async #write(): Promise<BatchResult> {
    const rows = [...this.#changed].map((key) => this.#rows.get(key)!);
    await writeRows(this.client, rows);
    return { notices: this.#notices, due: rows.filter(({ nextAt }) => nextAt !== null) };
  }
}

type Escalation = EscalationChange & { kind: 'escalated' };
type EscalationChannels = NonNullable<Parameters<typeof addNotice>[1]['channels']>;

function keyOf({ alertId, organisationId }: Pick<EscalationRow, 'alertId' | 'organisationId'>): string {
  return `${alertId} ${organisationId ?? ''}`;
}

/** The drills among these alerts: a test that is none calls nobody. */
async function drillsAmong(client: ClientBase, entries: readonly LogEntry[]): Promise<Set<string>> {
  const tests = [...new Set(entries.filter(({ alert }) => alert.test).map(({ alertId }) => alertId))];
  if (tests.length === 0) return new Set();
  const { rows } = await client.query<{ alert_id: string }>({
    name: 'drills-among',
    text: 'select alert_id from drills where alert_id = any($1::uuid[])',
    values: [tests],
  });
  return new Set(rows.map((row) => row.alert_id));
}

/** The repeats among these entries that brought their alert into the verified lane. */
async function promotedBy(client: ClientBase, entries: readonly LogEntry[]): Promise<Set<number>> {
  const seqs = entries
    .filter(({ type, details }) => type === 'alert.repeated' && details.verified)
    .map(({ seq }) => seq);
  if (seqs.length === 0) return new Set();
  const { rows } = await client.query<{ seq: string }>({
    name: 'promoted-by',
    text: `select e.seq from alert_events e cross join lateral (
             select b.alert from alert_events b where b.alert_id = e.alert_id and b.seq < e.seq order by b.seq desc limit 1
           ) before
            where e.seq = any($1::bigint[]) and not (before.alert->>'verified')::boolean`,
    values: [seqs],
  });
  return new Set(rows.map(({ seq }) => Number(seq)));
}

/** What waits for the end of somebody's quiet hours goes out now: the alert has become critical. */
async function releaseHeld(client: ClientBase, alertId: string, now: Date): Promise<AddedNotice[]> {
  const { rows } = await client.query<{ id: string; user_id: string; channel: AddedNotice['channel'] }>({
    name: 'release-held',
    text: `update deliveries set held = false, next_attempt_at = $2
            where alert_id = $1 and held and status = 'pending' returning id, user_id, channel`,
    values: [alertId, now],
  });
  return rows.map((row) => ({ id: row.id, userId: row.user_id, channel: row.channel }));
}
