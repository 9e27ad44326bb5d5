import type { Alert, AlertEventType, LogEntry } from './alert.js';
import type { ReachStage } from './reach-stage.js';

type StepStage = Extract<ReachStage, 'acknowledged' | 'en_route' | 'on_scene'>;
/** What people do about an alert now. */
export type StepCounts = Readonly<Record<StepStage, number>>;

/** Somebody who answers an alert, and when they first came to each stage. */
export interface Answering {
  readonly userId?: string;
  readonly name?: string;
  readonly stages: Partial<Record<StepStage, { readonly at: string }>>;
}

/** The types of entries after which an alert is over, or goes on, for its reporter. */
export const ENDING_TYPES = [
  'alert.resolved',
  'alert.cancelled',
  'alert.duress',
  'alert.reopened',
] as const satisfies readonly AlertEventType[];

export type Ending = Pick<LogEntry, 'type' | 'at' | 'alert'>;

/** When an alert was over for its reporter, RFC 3339, and how far it was then. */
export interface Over {
  readonly until: string;
  readonly counts: StepCounts;
}

export function stepCounts({ acknowledgements, responses }: Pick<Alert, 'acknowledgements' | 'responses'>): StepCounts {
  const doing = (wanted: StepStage) => responses.filter(({ status }) => status === wanted).length;
  return { acknowledged: acknowledgements.length, en_route: doing('en_route'), on_scene: doing('on_scene') };
}

/**
 * Since when an alert has been over for its reporter; undefined while it goes on. To one who had to cancel under duress
 * it stays over, whatever the others do. Pure.
 * @param endings the entries of {@link ENDING_TYPES}, in the order of the log
 */
export function overSince(endings: readonly Ending[]): Over | undefined {
  let over: Over | undefined;
  let isForced = false;
  for (const { type, at, alert } of endings) {
    isForced ||= type === 'alert.duress';
    if (type !== 'alert.reopened') over ??= { until: at, counts: stepCounts(alert) };
    else if (!isForced) over = undefined;
  }
  return over;
}

/** Who answered an alert. Pure. @param steps its entries of acknowledging and responding, in the order of the log */
export function answeringPeople(steps: readonly Pick<LogEntry, 'type' | 'at' | 'actor' | 'details'>[]): Answering[] {
  const people = new Map<string, Answering>();
  for (const { actor, at, details } of steps) {
    const { id, name, kind } = actor;
    const named = { ...(id === undefined ? {} : { userId: id }), ...(name === undefined ? {} : { name }) };
    const { stages } = people.get(id ?? kind) ?? { stages: {} };
    const status = 'status' in details ? details.status : undefined;
    // Whoever comes has taken notice; whoever stands down need not have.
    const reached = status === 'stood_down' ? {} : { acknowledged: { at }, ...(status ? { [status]: { at } } : {}) };
    people.set(id ?? kind, { ...named, stages: { ...reached, ...stages } });
  }
  return [...people.values()];
}
