import fc from 'fast-check';
import type { RaiseCommand } from './decide.js';
import { namesOf, pendingFields, readPending, withOwnKey, type PendingPress } from './pending-press.js';
import { ProvisionalAlerts } from './provisional-alerts.js';
import { MemoryLog } from '../../test/support/memory-log.js';

const idOf = (n: number) => `01a20000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const PROMISED = idOf(500);

/** The n-th press of one reporter, promised the same alert as the others; the first one (n 0) was promised it first. */
function pressOf(n: number, more: Partial<RaiseCommand> = {}): PendingPress {
  const raise: RaiseCommand = {
    type: 'raise',
    newId: idOf(n),
    at: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
    actor: { kind: 'reporter' },
    press: { test: false, verified: true, message: `press ${n}` },
    reporter: 'phone:+27820000000',
    ...more,
  };
  const command = { ...withOwnKey(raise), promised: { id: PROMISED, first: n === 0 } };
  return { id: `${n + 1}-0`, command };
}

const presses = fc.integer({ min: 1, max: 6 }).chain((count) =>
  fc.record({
    order: fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
    repeats: fc.array(fc.integer({ min: 0, max: count - 1 }), { maxLength: 6 }),
  }),
);

describe('presses that were promised an alert', () => {
  it('become that one alert, each once, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(presses, ({ order, repeats }) => {
        const log = new MemoryLog();
        for (const n of [...order, ...repeats]) log.run([pressOf(n).command]);
        expect(new Set(log.entries.map(({ alertId }) => alertId))).toEqual(new Set([PROMISED]));
        const { alert } = log.entries.at(-1)!;
        expect(alert.repeatCount).toBe(order.length - 1);
        expect(alert.message!.split('\n').toSorted()).toEqual(order.map((n) => `press ${n}`).toSorted());
        expect(alert.reference).toMatch(/^NB-P/);
      }),
      { numRuns: 50 },
    );
  });

  it('are told before as the log tells them afterwards', () => {
    const log = new MemoryLog();
    const known = new ProvisionalAlerts();
    for (const n of [0, 1, 2]) {
      known.add(pressOf(n));
      log.run([pressOf(n).command]);
    }
    expect(known.get(PROMISED)).toEqual({ ...log.entries.at(-1)!.alert, seq: 0 });
  });

  it('fold into no other open alert of their reporter', () => {
    const log = new MemoryLog();
    const { promised: _promised, ...plain } = pressOf(9).command;
    log.run([plain]);
    log.run([pressOf(10).command]);
    expect(log.entries.map(({ alertId, type }) => [alertId, type])).toEqual([
      [idOf(9), 'alert.raised'],
      [PROMISED, 'alert.raised'],
    ]);
  });

  it('are the press that Postgres had taken itself, under the same id or another one', () => {
    const log = new MemoryLog();
    const { promised: _same, key: _key, ...taken } = pressOf(0).command;
    log.run([{ ...taken, newId: PROMISED }]);
    log.run([pressOf(0).command]);
    expect(log.entries).toHaveLength(1);
    const other = new MemoryLog();
    const { promised: _other, ...before } = pressOf(0).command;
    other.run([before]);
    other.run([pressOf(0).command]);
    other.run([pressOf(1).command]);
    expect(other.entries.map(({ alertId, type }) => [alertId, type])).toEqual([
      [idOf(0), 'alert.raised'],
      [idOf(0), 'alert.repeated'],
    ]);
  });

  it('are stored once where the log, that was thought to be away, comes to them after Redis', () => {
    const log = new MemoryLog();
    const { promised: _promised, key: _key, reporter: _reporter, ...late } = pressOf(0).command;
    const command = { ...pressOf(0).command, promised: { id: late.newId, first: true }, newId: idOf(99) };
    log.run([command]);
    log.run([{ type: 'resolve', alertId: late.newId, at: command.at, actor: { kind: 'operator' } }]);
    expect(log.run([late])[0]).toMatchObject({
      outcome: 'replayed',
      alertId: late.newId,
      alert: { status: 'resolved' },
    });
    expect(log.entries.map(({ type }) => type)).toEqual(['alert.raised', 'alert.resolved']);
  });

  it('prove no more than the press that Postgres had under another id', () => {
    const log = new MemoryLog();
    const { promised: _promised, ...owner } = pressOf(1).command;
    const { promised: _again, ...byNumber } = pressOf(2).command;
    log.run([owner]);
    expect(log.run([byNumber])[0]).toMatchObject({ outcome: 'folded', proven: false });
    // The same again while Postgres is away: its promise leads to the alert of the owner of the number.
    log.run([{ ...pressOf(2).command, promised: { id: PROMISED, first: true } }]);
    const further = log.run([pressOf(3, { receiptOf: PROMISED }).command])[0];
    expect(further).toMatchObject({ outcome: 'folded', alertId: owner.newId, proven: false });
  });

  it('prove nothing to whoever merely was promised the same, though nobody remembers the first press', () => {
    const known = new ProvisionalAlerts();
    known.add(pressOf(0));
    known.settle(undefined); // it is stored, and Postgres is away again
    const presses = [pressOf(1), pressOf(2, { weakReceiptOf: PROMISED }), pressOf(3, { receiptOf: PROMISED })];
    for (const press of presses) {
      known.add(press);
      expect(known.outcomeOf(press.id)).toMatchObject({ alertId: PROMISED, proven: press === presses[2] });
      known.settle(undefined);
    }
    const log = new MemoryLog();
    expect(log.run([pressOf(1).command])[0]).toMatchObject({ alertId: PROMISED, proven: false });
    expect(log.run([pressOf(0).command])[0]).toMatchObject({ outcome: 'folded', alertId: PROMISED, proven: true });
  });

  it('call for help anew when the alert is over', () => {
    const log = new MemoryLog();
    log.run([pressOf(0).command]);
    const operator = { kind: 'operator' } as const;
    log.run([{ type: 'resolve', alertId: PROMISED, at: pressOf(0).command.at, actor: operator }]);
    log.run([pressOf(1).command]);
    expect(log.entries.at(-1)).toMatchObject({ type: 'alert.raised', alertId: idOf(1) });
  });
});

describe('what a process knows of presses that wait', () => {
  it('forgets those that Redis has no more, and names the alerts that nobody told of', () => {
    const known = new ProvisionalAlerts();
    for (const n of [0, 1]) known.add(pressOf(n));
    expect(known.settle('2-0')).toEqual([]);
    expect(known.concerns(pressOf(5).command)).toBe(true);
    const settled = known.settle(undefined);
    expect(settled.map(({ alert }) => alert.id)).toEqual([PROMISED]);
    expect([known.size, known.presses, known.concerns(pressOf(5).command)]).toEqual([0, 0, false]);
    known.logged([{ type: 'alert.raised', alert: settled[0]!.alert }]);
    expect(known.add(pressOf(2))).toBeUndefined();
  });

  it('keeps so many and no more, and tells of the others as they come', () => {
    const known = new ProvisionalAlerts(2);
    for (const n of [0, 1]) known.add(pressOf(n));
    const { command } = pressOf(7);
    const beyond = (first: boolean) => ({ id: '8-0', command: { ...command, promised: { id: idOf(7), first } } });
    expect(known.add(beyond(true))).toMatchObject({ alert: { id: idOf(7), seq: 0, message: 'press 7' } });
    expect(known.add(beyond(false))).toBeUndefined();
    expect([known.size, known.presses, known.get(idOf(7))]).toEqual([1, 2, undefined]);
    expect(known.settle('2-0')).toEqual([]);
    known.add(beyond(true));
    expect([known.size, known.presses]).toEqual([2, 2]);
  });

  it('keeps a press whole on its way through Redis, and reads nothing else', () => {
    const press = pressOf(3);
    expect(readPending(press.id, pendingFields(press))).toEqual(press);
    for (const text of ['', 'null', '{}', '{"command":{"type":"raise"}}', '[1]']) {
      expect(readPending('1-0', ['press', text])).toBeUndefined();
    }
  });

  it('tells real and test apart, and an account from its number', () => {
    const { command } = pressOf(0);
    const test = namesOf({ ...command, press: { ...command.press, test: true } });
    const account = namesOf({ ...command, press: { ...command.press, reporterId: idOf(7) } });
    const { reporter } = namesOf(command);
    expect(new Set([test.reporter, account.reporter, reporter]).size).toBe(3);
  });
});
