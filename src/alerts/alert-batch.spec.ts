import fc from 'fast-check';
import { MemoryLog } from '../../test/support/memory-log.js';
import type { Alert } from './alert.js';
import type { Outcome } from './alert-batch.js';
import { apply } from './apply.js';
import type { AlertCommand, LifecycleCommand, RaiseCommand } from './decide.js';
import { FOLD_WINDOW_MS } from './decide-raise.js';
import { SEVERITIES } from './severity.js';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const timeOf = (ms: number) => new Date(START + ms).toISOString();
const idOf = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

function press(n: number, command: Partial<RaiseCommand> = {}): RaiseCommand {
  return {
    type: 'raise',
    newId: idOf(n),
    at: timeOf(n * 1000),
    actor: { kind: 'reporter' },
    press: { test: false, verified: true },
    ...command,
  };
}

type PlainStep = Exclude<LifecycleCommand['type'], 'respond'>;
function step(type: PlainStep, n: number): LifecycleCommand {
  return { type, alertId: idOf(n), at: timeOf(500_000), actor: { kind: 'operator' } };
}

function accepted(outcome: Outcome | undefined) {
  if (!outcome || 'refused' in outcome) throw new Error(`not accepted: ${JSON.stringify(outcome)}`);
  return outcome;
}

const location = fc.constantFrom('gate 4', 'river', { lat: -25.7, lng: 28.2 });
const raises = fc.record({
  gapMs: fc.constantFrom(0, 1000, FOLD_WINDOW_MS, FOLD_WINDOW_MS + 1),
  reporter: fc.option(fc.constantFrom('phone:+27820000001', 'phone:+27820000002'), { nil: undefined }),
  receipt: fc.option(fc.record({ of: fc.nat(12), proven: fc.boolean() }), { nil: undefined }),
  key: fc.option(fc.record({ digest: fc.constantFrom('k1', 'k2'), fingerprint: fc.constantFrom('f1', 'f2') }), {
    nil: undefined,
  }),
  press: fc.record({
    severity: fc.option(fc.constantFrom(...SEVERITIES), { nil: undefined }),
    location: fc.option(location, { nil: undefined }),
    message: fc.option(fc.constantFrom('help', 'fire'), { nil: undefined }),
    test: fc.boolean(),
    verified: fc.boolean(),
  }),
});
const steps = fc.record({
  of: fc.nat(12),
  step: fc.constantFrom<PlainStep[]>('acknowledge', 'resolve', 'reopen', 'cancel'),
});

/** A random history of presses and steps, in the order of time. */
const histories = fc.array(fc.oneof(raises, raises, steps), { maxLength: 14 }).map((drawn) => {
  let ms = 0;
  return drawn.map((one, n): AlertCommand => {
    if ('step' in one) return { ...step(one.step, one.of), at: timeOf(ms) };
    ms += one.gapMs;
    const { receipt, key, reporter } = one;
    return {
      ...press(n, { at: timeOf(ms), press: one.press as RaiseCommand['press'] }),
      ...(reporter ? { reporter } : {}),
      ...(key ? { key } : {}),
      ...(receipt ? { [receipt.proven ? 'receiptOf' : 'weakReceiptOf']: idOf(receipt.of) } : {}),
    };
  });
});

describe('the pure core of the alert log', () => {
  it('keeps the messages together in a form that Postgres can store, wherever the cut falls', () => {
    for (const offset of [0, 1]) {
      const store = new MemoryLog();
      const first = accepted(store.run([press(1)])[0]);
      for (let n = 2; n < 8; n += 1) {
        const message = `${n}${'x'.repeat(offset)}${'\u{1F525}'.repeat(499)}`;
        const said = { message, test: false, verified: true };
        store.run([press(n, { receiptOf: first.alertId, press: said })]);
      }
      const { alert } = store.entries.at(-1)!;
      expect(alert.message!.length).toBe(4000);
      expect([alert.message, alert.own.message].map((text) => text!.isWellFormed())).toEqual([true, true]);
    }
  });

  it('gives the stored state when the events are replayed from zero', () => {
    fc.assert(
      fc.property(histories, (commands) => {
        const store = new MemoryLog();
        store.run(commands);
        const replayed = new Map<string, Alert>();
        for (const entry of store.entries) {
          replayed.set(entry.alertId, apply(replayed.get(entry.alertId), entry, entry.seq));
          expect(entry.alert).toEqual(replayed.get(entry.alertId));
        }
        expect(replayed).toEqual(store.alerts);
      }),
    );
  });

  it('decides the same in one batch as in many', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (commands, sizes) => {
        const [together, apart] = [new MemoryLog(), new MemoryLog()];
        const expected = together.run(commands);
        const outcomes: Outcome[] = [];
        for (let from = 0, i = 0; from < commands.length; i += 1) {
          const size = sizes[i % sizes.length]!;
          outcomes.push(...apart.run(commands.slice(from, from + size)));
          from += size;
        }
        expect(outcomes).toEqual(expected);
        expect(apart.entries).toEqual(together.entries);
      }),
    );
  });

  it('gives every event the next seq, and never refuses a press', () => {
    fc.assert(
      fc.property(histories, (commands) => {
        const store = new MemoryLog();
        const outcomes = store.run(commands);
        expect(store.entries.map(({ seq }) => seq)).toEqual(store.entries.map((_, index) => index + 1));
        commands.forEach(({ type }, index) => {
          if (type === 'raise') accepted(outcomes[index]);
        });
      }),
    );
  });

  it('folds presses with the receipt and by phone, and raises the severity one step each', () => {
    const store = new MemoryLog();
    const reporter = 'phone:+27820000001';
    store.run([press(1, { reporter, press: { severity: 'low', test: false, verified: true, location: 'gate 4' } })]);
    const [byReceipt, byPhone] = store.run([
      press(2, { receiptOf: idOf(1), press: { test: false, verified: true, location: 'river' } }),
      press(3, { reporter }),
    ]);
    expect(accepted(byReceipt)).toMatchObject({ outcome: 'folded', proven: true, alert: { severity: 'medium' } });
    expect(accepted(byPhone)).toMatchObject({ outcome: 'folded', proven: false });
    expect(accepted(byPhone).alert).toMatchObject({
      severity: 'high',
      repeatCount: 2,
      location: 'river',
      trail: ['gate 4'],
    });
  });

  it('opens a new alert for a press after five minutes, after the end, and for a real one after a test', () => {
    const reporter = 'phone:+27820000001';
    const late = { reporter, at: timeOf(1000 + FOLD_WINDOW_MS + 1) };
    const store = new MemoryLog();
    store.run([press(1, { reporter })]);
    expect(accepted(store.run([press(2, late)])[0]).outcome).toBe('raised');
    store.run([step('resolve', 2)]);
    expect(accepted(store.run([press(3, late)])[0]).outcome).toBe('raised');
    const test = press(4, { press: { test: true, verified: true } });
    store.run([test]);
    const real = press(5, { receiptOf: idOf(4) });
    expect(accepted(store.run([real])[0]).outcome).toBe('raised');
  });

  it('keeps what the reporter told from someone who knows only the phone number', () => {
    const store = new MemoryLog();
    const reporter = 'phone:+27820000001';
    const told = { test: false, verified: true, location: 'home', message: 'he is here' };
    store.run([press(1, { reporter, press: { test: false, verified: true } })]);
    store.run([press(2, { reporter, press: told, key: { digest: 'k', fingerprint: 'f' } })]);
    expect(store.alerts.get(idOf(1))).toMatchObject({ location: 'home', own: { location: null, message: null } });
    const [retry] = store.run([press(3, { press: told, key: { digest: 'k', fingerprint: 'f' } })]);
    expect(accepted(retry)).toMatchObject({ outcome: 'replayed', proven: false });
  });

  it('answers a retry with the same alert, merges new facts, and opens anew once the alert is closed', () => {
    const store = new MemoryLog();
    const key = (fingerprint: string) => ({ digest: 'k', fingerprint });
    store.run([press(1, { key: key('a') })]);
    expect(accepted(store.run([press(2, { key: key('a') })])[0])).toMatchObject({
      outcome: 'replayed',
      alertId: idOf(1),
    });
    const located = { test: false, verified: true, location: 'gate 4' };
    const [merged] = store.run([press(3, { key: key('b'), press: located })]);
    expect(accepted(merged)).toMatchObject({ alertId: idOf(1), alert: { location: 'gate 4', repeatCount: 0 } });
    store.run([press(4, { key: key('b'), press: located })]);
    expect(store.entries.map(({ type }) => type)).toEqual(['alert.raised', 'alert.updated']);
    store.run([step('cancel', 1)]);
    expect(accepted(store.run([press(5, { key: key('c') })])[0])).toMatchObject({
      outcome: 'raised',
      alertId: idOf(5),
    });
  });

  it('refuses steps on closed and unknown alerts with a code, and takes a step twice as one', () => {
    const store = new MemoryLog();
    store.run([press(1)]);
    expect(accepted(store.run([step('acknowledge', 1)])[0]).outcome).toBe('changed');
    expect(accepted(store.run([step('acknowledge', 1)])[0]).outcome).toBe('unchanged');
    expect(accepted(store.run([step('resolve', 1)])[0]).outcome).toBe('changed');
    expect(accepted(store.run([step('resolve', 1)])[0]).outcome).toBe('unchanged');
    expect(store.run([step('acknowledge', 1), step('cancel', 1), step('resolve', 9)])).toMatchObject([
      { refused: 'ALERT_STATE' },
      { refused: 'ALERT_STATE' },
      { refused: 'ALERT_NOT_FOUND' },
    ]);
  });
});
