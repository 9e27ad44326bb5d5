import { eventually } from './eventually.js';
import type { LedgerEntry, Presses } from './presses.js';
import type { Survival } from './survival.js';
import { TEST_OPERATOR_KEY } from './test-node.js';
import type { Watcher } from './watcher.js';
import type { WebhookReceiver } from './webhook-receiver.js';

/** What is late is not lost; what has not come after this is, ms. */
const LATE_MS = 15_000;
/** So many times that: a receiver that was too busy is asked again after 5, 10 and 20 s, and leases of the dead run out. */
const TOLD_LATE = 5;

type Rows = Record<string, unknown>[];

export interface Witnesses {
  readonly presses: Presses;
  readonly watchers: readonly Watcher[];
  readonly receiver: WebhookReceiver | undefined;
  /** Alerts of before the drill. */
  readonly before: ReadonlySet<string>;
  /** Runs SQL on the record. */
  readonly sql: (text: string) => Promise<Rows>;
  /** Where the API can be asked. */
  readonly url: string;
  /** How long what is late is waited for, ms; a while unless it is said. */
  readonly lateMs?: number;
}

type Verdict = Pick<Survival, 'accepted' | 'delivered' | 'lost' | 'doubled' | 'told'>;

/**
 * Compares what was answered by 2xx with the record, with what each watcher has, and with what the receiver of events
 * was told. Every witness must have every accepted alert, and the record no alert that no answer named.
 */
export async function judge(witnesses: Witnesses): Promise<Verdict> {
  const { presses, watchers, receiver, before, sql, url, lateMs = LATE_MS } = witnesses;
  const { accepted, entries } = presses;
  const stored = async () => idsOf(await sql('select id from alerts')).filter((id) => !before.has(id));
  await eventually(async () => (await stored()).length >= accepted.length, { withinMs: lateMs }).catch(late);
  const known = new Set(await stored());
  const became = await followPromises(accepted, known, url);
  const ids = accepted.flatMap((entry) => [...entry.ids].slice(0, 1).map((id) => became.get(id) ?? id));
  const withWatchers = await missingAfter(lateMs, ids, (id) => watchers.every(({ seen }) => seen.has(id)));
  const behind = await watchersBehind(witnesses, lateMs);
  const told = () => new Set(receiver?.received.map(({ body }) => body.data.alert.id));
  const untold = receiver ? await missingAfter(TOLD_LATE * lateMs, ids, (id) => told().has(id)) : [];
  const unknown = ids.filter((id) => !known.has(id));
  const lost = new Set([...withWatchers, ...untold, ...unknown]);
  return {
    accepted: accepted.length,
    delivered: ids.length - withWatchers.length,
    lost: lost.size + behind + (entries.length - accepted.length),
    doubled: (await doubledAlerts(presses, known, became, sql)) + watchers.flatMap(({ disorder }) => disorder).length,
    ...(receiver ? { told: ids.length - untold.length } : {}),
  };
}

const idsOf = (rows: Rows) => rows.map(({ id }) => String(id));
const late = () => undefined;

/** Of `ids`, those that still fail the check after a while. */
async function missingAfter(withinMs: number, ids: readonly string[], has: (id: string) => boolean): Promise<string[]> {
  await eventually(() => ids.every(has), { withinMs, everyMs: 50 }).catch(late);
  return ids.filter((id) => !has(id));
}

/** A promised id may have become another alert, that of the same press: the API must lead from one to the other. */
async function followPromises(
  accepted: readonly LedgerEntry[],
  known: ReadonlySet<string>,
  url: string,
): Promise<Map<string, string>> {
  const became = new Map<string, string>();
  for (const id of accepted.flatMap((entry) => [...entry.ids]).filter((one) => !known.has(one))) {
    const response = await fetch(`${url}/api/v1/emergency/alerts/${id}`, {
      headers: { authorization: `Bearer ${TEST_OPERATOR_KEY}` },
    });
    const { id: now } = (await response.json()) as { id?: string };
    if (response.ok && now !== undefined && known.has(now)) became.set(id, now);
  }
  return became;
}

/** Watchers that do not reach the head of the log: they lack an event of some alert. */
async function watchersBehind({ watchers, sql }: Witnesses, lateMs: number): Promise<number> {
  const [row] = await sql('select seq from log_head');
  const head = Number(row!.seq);
  const isBehind = ({ cursor }: Watcher) => (cursor ?? 0) < head;
  await eventually(() => !watchers.some(isBehind), { withinMs: lateMs }).catch(late);
  return watchers.filter(isBehind).length;
}

/** Alerts that no answer named, presses with two of them, and alerts that the log has raised twice. */
async function doubledAlerts(
  { accepted, entries }: Presses,
  known: ReadonlySet<string>,
  became: ReadonlyMap<string, string>,
  sql: Witnesses['sql'],
): Promise<number> {
  const alertsOf = (entry: LedgerEntry) => new Set([...entry.ids].map((id) => became.get(id) ?? id));
  const named = new Set(accepted.flatMap((entry) => [...alertsOf(entry)]));
  const unnamed = [...known].filter((id) => !named.has(id)).length;
  const twice = accepted.filter((entry) => alertsOf(entry).size > 1).length;
  const raisedTwice = await sql(
    `select alert_id from alert_events where type = 'alert.raised' group by alert_id having count(*) > 1`,
  );
  // A press that never got an answer may be stored all the same: nobody was promised either.
  return Math.max(0, unnamed - (entries.length - accepted.length)) + twice + raisedTwice.length;
}
