import type { Caller } from '../auth/caller.js';
import { mayNameReached } from '../auth/policy.js';
import type { Database } from '../database/database.js';
import type { Alert, LogEntry } from './alert.js';
import type { ReachStage } from './reach-stage.js';
import {
  answeringPeople,
  ENDING_TYPES,
  overSince,
  stepCounts,
  type Answering,
  type Ending,
  type Over,
} from './reach-steps.js';
import { storedAlert } from './stored-alert.js';

/** How many people an alert reached, by stage; a later stage implies the earlier ones. */
export type ReachCounts = Readonly<Record<ReachStage, number>>;

/** How far an alert came with one responder. What is done about it is in the log; the rest came by a channel. */
export interface ReachedPerson {
  readonly userId?: string;
  readonly name?: string;
  readonly stages: Partial<Record<ReachStage, { readonly at: string; readonly channel?: string }>>;
}

/** Whom an alert reached; the people only for those who may know them by name. */
export interface Reach {
  readonly counts: ReachCounts;
  readonly people?: readonly ReachedPerson[];
}

/** The counts for those who answer the alert, and for its reporter, to whom it may be over. */
export interface LiveCounts {
  readonly counts: ReachCounts;
  /** Absent when the alert is over for its reporter: theirs no longer change. */
  readonly reporterCounts?: ReachCounts;
}

interface Receipt {
  readonly user_id: string;
  readonly name: string | null;
  readonly stage: ReachStage;
  readonly channel: string;
  readonly at: Date;
}

/** Reads whom alerts reached: receipts from the ledger, steps from the log. Throws as {@link Database.query} does. */
export class ReachReader {
  constructor(private readonly database: Database) {}

  /** As far as the caller may know; to a reporter for whom the alert is over, as it was then. */
  async of(alert: Alert, caller: Caller, isReporter: boolean): Promise<Reach> {
    const over = isReporter ? await this.#over(alert.id) : undefined;
    const receipts = await this.#receiptCounts(alert.id, over?.until);
    const counts = { ...receipts, ...(over?.counts ?? stepCounts(alert)) };
    if (!mayNameReached(caller, alert)) return { counts };
    const [receipted, answering] = await Promise.all([this.#receipts(alert.id), this.#answering(alert.id)]);
    return { counts, people: peopleOf(receipted, answering) };
  }

  /** What changes while somebody watches. */
  async live(alert: Alert): Promise<LiveCounts> {
    const [receipts, over] = await Promise.all([this.#receiptCounts(alert.id), this.#over(alert.id)]);
    const counts = { ...receipts, ...stepCounts(alert) };
    return { counts, ...(over ? {} : { reporterCounts: counts }) };
  }

  async #over(alertId: string): Promise<Over | undefined> {
    const { rows } = await this.database.query<Omit<Ending, 'at'> & { at: Date }>({
      name: 'read-reach-endings',
      text: 'select type, at, alert from alert_events where alert_id = $1 and type = any($2::text[]) order by seq',
      values: [alertId, ENDING_TYPES],
    });
    return overSince(rows.map((row) => ({ ...row, at: row.at.toISOString(), alert: storedAlert(row.alert) })));
  }

  async #answering(alertId: string): Promise<Answering[]> {
    type Step = Pick<LogEntry, 'type' | 'actor' | 'details'> & { readonly at: Date };
    const { rows } = await this.database.query<Step>({
      name: 'read-reach-steps',
      text: `select type, at, actor, details from alert_events
              where alert_id = $1 and type in ('alert.acknowledged', 'alert.responded') order by seq`,
      values: [alertId],
    });
    return answeringPeople(rows.map((row) => ({ ...row, at: row.at.toISOString() })));
  }

  /** @param until RFC 3339; absent: now */
  async #receiptCounts(alertId: string, until?: string): Promise<Pick<ReachCounts, 'pushed' | 'received' | 'seen'>> {
    const { rows } = await this.database.query<Pick<ReachCounts, 'pushed' | 'received' | 'seen'>>({
      name: 'count-reach',
      text: `select count(distinct user_id)::int as pushed,
                    (count(distinct user_id) filter (where stage <> 'pushed'))::int as received,
                    (count(distinct user_id) filter (where stage = 'seen'))::int as seen
               from reach where alert_id = $1 and at <= coalesce($2::timestamptz, 'infinity')`,
      values: [alertId, until ?? null],
    });
    return rows[0]!;
  }

  async #receipts(alertId: string): Promise<Receipt[]> {
    const { rows } = await this.database.query<Receipt>({
      name: 'read-reach',
      text: `select r.user_id, u.name, r.stage, r.channel, r.at
               from reach r left join users u on u.id = r.user_id where r.alert_id = $1 order by r.at`,
      values: [alertId],
    });
    return rows;
  }
}

function peopleOf(receipts: readonly Receipt[], answering: readonly ReachedPerson[]): ReachedPerson[] {
  const people = new Map<string, ReachedPerson>();
  for (const { user_id: userId, name, stage, channel, at } of receipts) {
    const known = people.get(userId) ?? { userId, ...(name === null ? {} : { name }), stages: {} };
    people.set(userId, { ...known, stages: { ...known.stages, [stage]: { at: at.toISOString(), channel } } });
  }
  // Who has no account, such as the operator key, is somebody all the same.
  for (const [index, person] of answering.entries()) {
    const key = person.userId ?? `#${index}`;
    const known = people.get(key);
    people.set(key, { ...person, stages: { ...known?.stages, ...person.stages } });
  }
  return [...people.values()];
}
