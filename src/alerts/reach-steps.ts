import type { Actor, LogEntry, ResponseStatus } from './alert.js';
import type { ReachStage } from './reach-stage.js';

/** What of an entry tells how far an alert came with those who answer it. */
export type ReachStep = {
  [T in LogEntry as T['type']]: Pick<T, 'type' | 'at' | 'actor' | 'details'>;
}[LogEntry['type']];

type StepStage = Extract<ReachStage, 'acknowledged' | 'en_route' | 'on_scene'>;
type StepCounts = Readonly<Record<StepStage, number>>;

interface Answering {
  readonly userId?: string;
  readonly name?: string;
  readonly stages: Partial<Record<StepStage, { readonly at: string }>>;
  readonly status?: ResponseStatus;
}

/** How far alerts came by what people did, now and as their reporter sees it. */
export interface StepsReach {
  readonly people: readonly Answering[];
  readonly now: { readonly counts: StepCounts; readonly until?: undefined };
  /** `until`: when it was over for the reporter, RFC 3339; what came later is not for them. */
  readonly toReporter: { readonly counts: StepCounts; readonly until?: string };
}

/** Pure: the steps of one alert in the order of the log. */
export function stepsReach(steps: readonly ReachStep[]): StepsReach {
  const people = new Map<string, Answering>();
  let isForced = false;
  let over: { readonly counts: StepCounts; readonly until: string } | undefined;
  for (const step of steps) {
    const { type, at } = step;
    if (type === 'alert.acknowledged' || type === 'alert.responded') take(people, step);
    isForced ||= type === 'alert.duress';
    if (type === 'alert.resolved' || type === 'alert.cancelled' || type === 'alert.duress') {
      over ??= { counts: countsOf(people), until: at };
    }
    // To a reporter who had to cancel under duress it stays over, whatever the others do.
    if (type === 'alert.reopened' && !isForced) over = undefined;
  }
  const counts = countsOf(people);
  return { people: [...people.values()], now: { counts }, toReporter: over ?? { counts } };
}

function take(people: Map<string, Answering>, step: ReachStep): void {
  const { actor, at } = step;
  const key = actor.id ?? actor.kind;
  const known = people.get(key) ?? { ...named(actor), stages: {} };
  const status = step.type === 'alert.responded' ? step.details.status : undefined;
  const stage = status ?? 'acknowledged';
  const stages = stage === 'stood_down' ? known.stages : { [stage]: { at }, ...known.stages };
  people.set(key, { ...known, stages, ...(status ? { status } : {}) });
}

function named({ id, name }: Actor): Pick<Answering, 'userId' | 'name'> {
  return { ...(id === undefined ? {} : { userId: id }), ...(name === undefined ? {} : { name }) };
}

/** On their way and there are those who are so now: the stage is theirs for ever, the count is not. */
function countsOf(people: ReadonlyMap<string, Answering>): StepCounts {
  const all = [...people.values()];
  return {
    acknowledged: all.filter(({ stages }) => stages.acknowledged).length,
    en_route: all.filter(({ status }) => status === 'en_route').length,
    on_scene: all.filter(({ status }) => status === 'on_scene').length,
  };
}
