import fc from 'fast-check';
import { ALERT, answered, escalated, reported, STAFF, TwoWorlds, visibleOf } from '../../test/support/two-worlds.js';
import { isOpen } from './alert.js';
import { messageOf } from './alert-views.js';

const FORCED_CANCEL = { by: 'reporter', type: 'cancel', duress: true } as const;
const before = fc.array(
  fc.oneof(reported, answered, escalated).filter((one) => one.type !== 'cancel' || one.by === 'staff'),
  {
    maxLength: 5,
  },
);
const afterwards = fc.array(fc.oneof(reported, answered, escalated), { maxLength: 10 });

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
          const [forced, free] = happening.by === 'reporter' ? worlds.both(happening) : worlds.onlyForced(happening);
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

  it('lets the alert escalate from the beginning, of which the reporter sees nothing, and nobody who was called', () => {
    const worlds = new TwoWorlds();
    worlds.open();
    const goesOn = (from: number) => ({ by: 'system', type: 'escalate', from, exhausted: false }) as const;
    worlds.both(goesOn(0));
    expect(messageOf(worlds.forced.entries.at(-1)!, 'own')).toMatchObject({ type: 'alert.escalated' });
    worlds.both(FORCED_CANCEL);
    const seen = JSON.stringify(visibleOf(worlds.forced));
    worlds.onlyForced(goesOn(1));
    expect(worlds.forced.alerts.get(ALERT)!.escalations).toEqual([]);
    worlds.onlyForced(goesOn(0));
    expect(worlds.forced.alerts.get(ALERT)!.escalations).toMatchObject([{ level: 1, told: 1 }]);
    expect(JSON.stringify(visibleOf(worlds.forced))).toBe(seen);
    const entry = worlds.forced.entries.findLast(({ type }) => type === 'alert.escalated')!;
    const told = (['full', 'coarse', 'own'] as const).map((sight) => JSON.stringify(messageOf(entry, sight) ?? null));
    expect(told.join()).not.toContain('somebody who is called');
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
