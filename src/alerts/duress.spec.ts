import fc from 'fast-check';
import { MemoryLog } from '../../test/support/memory-log.js';
import { isOpen, RESPONSE_STATUSES, type Actor, type GeoPoint, type Places, type Press } from './alert.js';
import { messageOf, reporterView } from './alert-views.js';
import type { AlertCommand, LifecycleCommand, RaiseCommand } from './decide.js';
import { SEVERITIES } from './severity.js';

const ALERT = '00000000-0000-7000-8000-000000000001';
const OTHER = '00000000-0000-7000-8000-0000000000ff';
const THANDI: Actor = { kind: 'reporter', id: 'thandi', name: 'Thandi' };
const STAFF: readonly Actor[] = [
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
const reported = fc.oneof(
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
const answered = fc.oneof(
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
type DrawnFrom<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Happening = DrawnFrom<typeof reported> | DrawnFrom<typeof answered>;

function commandOf(happening: Happening, n: number): AlertCommand {
  const at = new Date(START + n * 20_000).toISOString();
  const step = { alertId: ALERT, at };
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
function visibleOf(log: MemoryLog): unknown {
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
class TwoWorlds {
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

const FORCED_CANCEL = { by: 'reporter', type: 'cancel', duress: true } as const;
const before = fc.array(
  fc.oneof(reported, answered).filter((one) => one.type !== 'cancel' || one.by === 'staff'),
  {
    maxLength: 5,
  },
);
const afterwards = fc.array(fc.oneof(reported, answered), { maxLength: 10 });

describe('a cancellation under duress', () => {
  it('shows the reporter what a real one would, whatever went before and whatever follows', () => {
    fc.assert(
      fc.property(before, afterwards, (earlier, later) => {
        const worlds = new TwoWorlds();
        worlds.open();
        for (const happening of earlier) worlds.both(happening);
        worlds.both(FORCED_CANCEL);
        expect(visibleOf(worlds.forced)).toEqual(visibleOf(worlds.free));
        for (const happening of later) {
          const [forced, free] = happening.by === 'staff' ? worlds.onlyForced(happening) : worlds.both(happening);
          expect(forced).toEqual(free);
          expect(visibleOf(worlds.forced)).toEqual(visibleOf(worlds.free));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('leaves the alert open and critical to those who answer it, also when it was closed before', () => {
    fc.assert(
      fc.property(before, fc.array(answered, { maxLength: 3 }), (earlier, later) => {
        const log = new TwoWorlds();
        log.open();
        for (const happening of earlier) log.onlyForced(happening);
        for (const happening of [...later.map(() => FORCED_CANCEL), FORCED_CANCEL]) {
          log.onlyForced(happening);
          const alert = log.forced.alerts.get(ALERT)!;
          expect(isOpen(alert)).toBe(true);
          expect(alert).toMatchObject({ severity: 'critical', closing: null, duress: { at: expect.any(String) } });
          log.onlyForced({ by: 'staff', type: 'resolve', actor: STAFF[0]! });
        }
      }),
    );
  });

  it('is not called off by the other PIN, which is answered all the same', () => {
    const worlds = new TwoWorlds();
    worlds.open();
    worlds.both(FORCED_CANCEL);
    worlds.both({ ...FORCED_CANCEL, duress: false });
    expect(worlds.forced.alerts.get(ALERT)).toMatchObject({ status: 'open', severity: 'critical' });
  });

  it('is told to those who answer the alert as what it is', () => {
    const worlds = new TwoWorlds();
    worlds.open();
    worlds.both(FORCED_CANCEL);
    const entry = worlds.forced.entries.at(-1)!;
    expect(messageOf(entry, 'full')).toMatchObject({ type: 'alert.duress', alert: { status: 'open' } });
    expect(messageOf(entry, 'coarse')).toMatchObject({ type: 'alert.duress', alert: { severity: 'critical' } });
    expect(messageOf(entry, 'own')).toMatchObject({ type: 'alert.cancelled', alert: { status: 'cancelled' } });
    expect(JSON.stringify(messageOf(entry, 'own'))).not.toContain('duress');
  });
});
