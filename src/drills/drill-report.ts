import type { Alert } from '../alerts/alert.js';
import type { Channel } from '../alerts/channel.js';
import { toldReason } from '../channels/refusals.js';
import type { DeliveryStatus } from '../notifications/delivery.js';
import type { Drill } from './drill.js';

/** How far a drill came with a person; the furthest of it. */
export const DRILL_OUTCOMES = [
  'acknowledged',
  'seen',
  'received',
  /** Sent, and nothing was heard of it. */
  'sent',
  'waiting',
  /** Waits for the end of their quiet hours. */
  'quiet_hours',
  'failed',
  /** Not sent any more, such as when somebody else took notice first. */
  'not_needed',
  /** They have no verified contact, and nothing was open. */
  'no_contact',
  /** It did not come to their turn. */
  'not_called',
] as const;
export type DrillOutcome = (typeof DRILL_OUTCOMES)[number];

/** One message to a person. Times are ms after the start. */
export interface DrillCall {
  readonly channel: Channel;
  readonly status: DeliveryStatus;
  readonly provider: string | null;
  readonly sentMs: number | null;
  readonly receivedMs: number | null;
  /** Why it was not sent, or not yet. */
  readonly reason: string | null;
}

/** What came of a drill with one person; times are ms after the start. */
export interface DrillPerson {
  readonly userId: string;
  readonly name: string;
  readonly outcome: DrillOutcome;
  readonly receivedMs: number | null;
  readonly seenMs: number | null;
  readonly acknowledgedMs: number | null;
  readonly calls: readonly DrillCall[];
}

/** How long something took, ms. */
export interface Spread {
  readonly p50Ms: number;
  readonly maxMs: number;
}

/** Whom a drill reached, by what, and how fast. */
export interface DrillReport {
  readonly drill: Drill;
  /** How many times it went on because nobody took notice. */
  readonly level: number;
  /** Nobody took notice at any level. */
  readonly exhausted: boolean;
  /** Who was called, by a message or a page that was open; and of them, who got it and who took notice. */
  readonly called: number;
  readonly reached: number;
  readonly acknowledged: number;
  /** Of those who were called, 0 to 1; null: nobody was. */
  readonly reachedShare: number | null;
  /** Messages; null: none. */
  readonly sent: Spread | null;
  /** By the first receipt of each person; null: none. */
  readonly received: Spread | null;
  readonly people: readonly DrillPerson[];
}

/** A message as the ledger has it. */
export interface DrillDelivery {
  readonly userId: string;
  readonly channel: Channel;
  readonly status: DrillCall['status'];
  readonly provider: string | null;
  readonly finishedAt: Date | null;
  readonly receivedAt: Date | null;
  readonly lastError: string | null;
  readonly held: boolean;
}

/** What is known of a drill. */
export interface DrillFacts {
  readonly drill: Drill;
  readonly alert: Alert;
  /** Who answers alerts of the organisation, and who did not but was called. */
  readonly people: readonly { readonly userId: string; readonly name: string; readonly hasContact: boolean }[];
  readonly deliveries: readonly DrillDelivery[];
  readonly receipts: readonly { readonly userId: string; readonly stage: string; readonly at: Date }[];
  /** Whom escalations named. */
  readonly named: readonly string[];
}

/** The report of a drill, of what is known of it. */
export function drillReport(facts: DrillFacts): DrillReport {
  const { drill, alert, deliveries } = facts;
  const stand = alert.escalations.find(({ organisationId }) => organisationId === drill.organisationId);
  const people = facts.people.map((person) => personOf(facts, person));
  const called = people.filter(({ userId, outcome }) => isCalled(outcome) || facts.named.includes(userId));
  const reached = called.filter(({ outcome }) => isReached(outcome));
  const start = Date.parse(drill.startedAt);
  return {
    drill,
    level: stand?.level ?? 0,
    exhausted: stand?.exhausted ?? false,
    called: called.length,
    reached: reached.length,
    acknowledged: people.filter(({ outcome }) => outcome === 'acknowledged').length,
    reachedShare: called.length === 0 ? null : Math.round((reached.length / called.length) * 1000) / 1000,
    sent: spreadOf(deliveries.map((each) => sentMs(each, start))),
    received: spreadOf(people.map(({ receivedMs }) => receivedMs)),
    people: [...people].sort(
      (a, b) => DRILL_OUTCOMES.indexOf(a.outcome) - DRILL_OUTCOMES.indexOf(b.outcome) || a.name.localeCompare(b.name),
    ),
  };
}

function isReached(outcome: DrillOutcome): boolean {
  return outcome === 'acknowledged' || outcome === 'seen' || outcome === 'received';
}

function isCalled(outcome: DrillOutcome): boolean {
  return outcome !== 'not_called' && outcome !== 'no_contact' && outcome !== 'not_needed';
}

function personOf(facts: DrillFacts, { userId, name, hasContact }: DrillFacts['people'][number]): DrillPerson {
  const start = Date.parse(facts.drill.startedAt);
  const own = facts.deliveries.filter((each) => each.userId === userId);
  const receipts = facts.receipts.filter((each) => each.userId === userId);
  const heard = receipts.filter(({ stage }) => stage === 'received' || stage === 'seen').map(({ at }) => at);
  const confirmed = own.flatMap(({ receivedAt }) => receivedAt ?? []);
  const answers = [...facts.alert.acknowledgements, ...facts.alert.responses]
    .filter(({ by }) => by.id === userId)
    .map(({ at }) => new Date(at));
  const times = {
    receivedMs: firstMs([...heard, ...confirmed], start),
    seenMs: firstMs(
      receipts.filter(({ stage }) => stage === 'seen').map(({ at }) => at),
      start,
    ),
    acknowledgedMs: firstMs(answers, start),
  };
  const outcome = stageOf(times) ?? (receipts.length > 0 ? 'sent' : outcomeOf(own, hasContact));
  return { userId, name, outcome, ...times, calls: own.map((each) => callOf(each, start)) };
}

function stageOf(times: Pick<DrillPerson, 'receivedMs' | 'seenMs' | 'acknowledgedMs'>): DrillOutcome | undefined {
  if (times.acknowledgedMs !== null) return 'acknowledged';
  if (times.seenMs !== null) return 'seen';
  return times.receivedMs === null ? undefined : 'received';
}

function outcomeOf(own: readonly DrillDelivery[], hasContact: boolean): DrillOutcome {
  const has = (status: DrillDelivery['status']) => own.some((each) => each.status === status);
  if (has('delivered')) return 'sent';
  if (has('pending')) return own.every(({ status, held }) => status !== 'pending' || held) ? 'quiet_hours' : 'waiting';
  if (has('dead')) return 'failed';
  if (has('skipped')) return 'not_needed';
  return hasContact ? 'not_called' : 'no_contact';
}

function callOf(delivery: DrillDelivery, start: number): DrillCall {
  const { channel, status, provider, receivedAt, held } = delivery;
  return {
    channel,
    status,
    provider,
    sentMs: sentMs(delivery, start),
    receivedMs: receivedAt && receivedAt.getTime() - start,
    reason: told(delivery) ?? (held && status === 'pending' ? 'quiet hours' : null),
  };
}

function told({ channel, status, lastError }: DrillDelivery): string | null {
  return lastError === null || status === 'skipped' ? lastError : toldReason(channel, lastError);
}

function sentMs({ status, finishedAt }: DrillDelivery, start: number): number | null {
  return status === 'delivered' && finishedAt ? finishedAt.getTime() - start : null;
}

function firstMs(times: readonly Date[], start: number): number | null {
  return times.length === 0 ? null : Math.min(...times.map((at) => at.getTime())) - start;
}

function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  return { p50Ms: sorted[Math.ceil(sorted.length / 2) - 1]!, maxMs: sorted.at(-1)! };
}
