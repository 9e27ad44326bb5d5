import fc from 'fast-check';
import { MemoryLog } from './memory-log.js';
import {
  RESPONSE_STATUSES,
  type Actor,
  type Escalated,
  type GeoPoint,
  type Places,
  type Press,
} from '../../src/alerts/alert.js';
import { messageOf, reporterView } from '../../src/alerts/alert-views.js';
import type { AlertCommand, LifecycleCommand, RaiseCommand } from '../../src/alerts/decide.js';
import { SEVERITIES } from '../../src/alerts/severity.js';

export const ALERT = '00000000-0000-7000-8000-000000000001';
const OTHER = '00000000-0000-7000-8000-0000000000ff';
const THANDI: Actor = { kind: 'reporter', id: 'thandi', name: 'Thandi' };
export const STAFF: readonly Actor[] = [
  { kind: 'responder', id: 'sipho', name: 'Sipho' },
  { kind: 'dispatcher', id: 'lerato', name: 'Lerato' },
  { kind: 'operator' },
];
const START = Date.parse('2026-01-01T00:00:00.000Z');
const PHONE = 'phone:+27820000001';

const points: readonly GeoPoint[] = [
  { lat: -25.7, lng: 28.2 },
  { lat: -26.2, lng: 28 },
];
const placesOf = ({ lat }: GeoPoint): Places => ({ areas: [`area ${lat}`], organisations: ['town'] });

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const place = fc.constantFrom<(GeoPoint | string)[]>(...points, 'gate 4');
const wordsOf = (...words: string[]) =>
  fc
    .record({ location: optional(place), message: optional(fc.constantFrom('help', 'two men', 'help\ntwo men')) })
    .chain((said) =>
      optional(fc.constantFrom(...words)).map((name) => ({
        ...said,
        contact: name === undefined ? undefined : { name },
      })),
    )
    .map(({ location, message, contact }) => ({
      ...(location === undefined ? {} : { location }),
      ...(typeof location === 'object' ? { places: placesOf(location) } : {}),
      ...(message === undefined ? {} : { message }),
      ...(contact === undefined ? {} : { contact }),
    }));

/** What comes from the reporter's side, or from whoever holds their phone. */
export const reported = fc.oneof(
  wordsOf('Thandi', 'T. Mokoena').map((facts) => ({ by: 'reporter', type: 'update', facts }) as const),
  fc.record({
    by: fc.constant('reporter' as const),
    type: fc.constant('raise' as const),
    proof: fc.constantFrom('receipt', 'weak receipt', 'account', 'phone', 'key', 'key with other words'),
    words: wordsOf('Thandi'),
    severity: optional(fc.constantFrom(...SEVERITIES)),
  }),
  fc.boolean().map((duress) => ({ by: 'reporter', type: 'cancel', duress }) as const),
);
/** What those do who answer the alert. */
export const answered = fc.oneof(
  fc.record({
    by: fc.constant('staff' as const),
    type: fc.constantFrom('acknowledge', 'resolve', 'reopen', 'cancel'),
    actor: fc.constantFrom(...STAFF),
  }),
  fc.record({
    by: fc.constant('staff' as const),
    type: fc.constant('respond' as const),
    status: fc.constantFrom(...RESPONSE_STATUSES),
    actor: fc.constantFrom(...STAFF),
  }),
  fc.record({
    by: fc.constant('staff' as const),
    type: fc.constant('update' as const),
    facts: wordsOf('as Lerato heard it'),
    actor: fc.constantFrom(...STAFF),
  }),
);
/** Nobody takes notice, and further people are called. */
export const escalated = fc
  .record({ from: fc.integer({ min: 0, max: 2 }), exhausted: fc.boolean() })
  .map(({ from, exhausted }) => ({ by: 'system', type: 'escalate', from, exhausted }) as const);
type DrawnFrom<A> = A extends fc.Arbitrary<infer T> ? T : never;
export type Happening = DrawnFrom<typeof reported> | DrawnFrom<typeof answered> | DrawnFrom<typeof escalated>;

function commandOf(happening: Happening, n: number): AlertCommand {
  const at = new Date(START + n * 20_000).toISOString();
  const step = { alertId: ALERT, at };
  if (happening.by === 'system') {
    const { from, exhausted } = happening;
    return { type: 'escalate', ...step, actor: { kind: 'system' }, from, details: escalationFrom(from, exhausted) };
  }
  if (happening.by === 'staff') {
    const { actor } = happening;
    if (happening.type === 'update') return { type: 'update', ...step, actor, facts: happening.facts, proven: false };
    if (happening.type === 'respond') return { type: 'respond', ...step, actor, status: happening.status };
    return { type: happening.type, ...step, actor } as LifecycleCommand;
  }
  if (happening.type === 'update') {
    return { type: 'update', ...step, actor: THANDI, facts: happening.facts, proven: true };
  }
  if (happening.type === 'cancel') {
    return { type: 'cancel', ...step, actor: THANDI, byReporter: true, duress: happening.duress };
  }
  const { proof, words, severity } = happening;
  const press: Press = { test: false, verified: true, ...words, ...(severity ? { severity } : {}) };
  return { type: 'raise', newId: idOf(n), at, actor: THANDI, press, ...proofOf(proof, press) };
}

/** To people whose ids must not be seen, and at the end to further places. */
function escalationFrom(from: number, exhausted: boolean): Escalated {
  const last = { reason: 'exhausted', places: { areas: [], organisations: ['county'] } } as const;
  const told = { organisationId: null, level: from + 1, skipped: [], userIds: ['somebody who is called'] };
  return exhausted ? { ...told, ...last } : { ...told, reason: 'unacknowledged' };
}

const idOf = (n: number) => `00000000-0000-7000-8000-${String(n + 1000).padStart(12, '0')}`;
const KEY = { digest: 'k', fingerprint: 'f' };

function proofOf(proof: string, press: Press): Partial<RaiseCommand> {
  switch (proof) {
    case 'receipt':
      return { receiptOf: ALERT };
    case 'weak receipt':
      return { weakReceiptOf: ALERT };
    case 'account':
      return { reporter: PHONE, press: { ...press, reporterId: 'thandi' } };
    case 'phone':
      return { reporter: PHONE };
    case 'key':
      return { key: KEY };
    default:
      return { key: { ...KEY, fingerprint: 'g' } };
  }
}

/** Somebody else's alert: it takes a number of the log, and has nothing to do with ours. */
function somebodyElse(log: MemoryLog, n: number): void {
  const at = new Date(START + n).toISOString();
  const press = { test: false, verified: true };
  log.run([{ type: 'raise', newId: `${OTHER}-${log.head}`, at, actor: { kind: 'reporter' }, press }]);
}

/** All that whoever holds the reporter's phone can see, now and in the answers that they get. */
export function visibleOf(log: MemoryLog): unknown {
  const ours = [...log.alerts.values()].filter(({ id }) => !id.startsWith(OTHER));
  return {
    views: ours.map(reporterView),
    timelines: ours.map(({ id }) =>
      log.entries.flatMap((entry) => (entry.alertId === id ? (messageOf(entry, 'own') ?? []) : [])),
    ),
  };
}

function answerTo(log: MemoryLog, command: AlertCommand): unknown {
  const [outcome] = log.run([command]);
  if (!outcome || command.type === 'cancel') return undefined; // what is answered is the view then
  if ('refused' in outcome) return outcome.refused;
  const { alertId, proven, alert } = outcome;
  return { how: command.type === 'raise' ? outcome.outcome : '', alertId, proven, view: reporterView(alert) };
}

/** The same story twice, forced and free; in both each number of the log is given at the same time. */
export class TwoWorlds {
  readonly forced = new MemoryLog();
  readonly free = new MemoryLog();
  #n = 0;

  /** @returns what is answered in the forced world, and in the free one */
  both(happening: Happening): [unknown, unknown] {
    const command = commandOf(happening, (this.#n += 1));
    const freely = command.type === 'cancel' && 'duress' in command ? { ...command, duress: false } : command;
    const answers: [unknown, unknown] = [answerTo(this.forced, command), answerTo(this.free, freely)];
    this.#align();
    return answers;
  }

  /** @returns nothing, twice: the reporter hears nothing of it */
  onlyForced(happening: Happening): [unknown, unknown] {
    this.forced.run([commandOf(happening, (this.#n += 1))]);
    this.#align();
    return [undefined, undefined];
  }

  open(): void {
    const press: Press = { test: false, verified: true, reporterId: 'thandi', message: 'help' };
    const command: RaiseCommand = {
      ...({ type: 'raise', newId: ALERT, at: new Date(START).toISOString(), actor: THANDI, press } as const),
      reporter: PHONE,
      key: KEY,
    };
    for (const log of [this.forced, this.free]) log.run([command]);
  }

  #align(): void {
    while (this.free.head < this.forced.head) somebodyElse(this.free, this.#n);
    while (this.forced.head < this.free.head) somebodyElse(this.forced, this.#n);
  }
}
