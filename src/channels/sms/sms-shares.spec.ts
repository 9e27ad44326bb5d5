import fc from 'fast-check';
import { balance, currentShares, type SmsFigures } from './sms-shares.js';

const NOW = new Date('2026-01-01T12:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const PROVIDERS = ['a', 'b'];
const figures = (a: [number, number], b: [number, number] = [0, 0]): SmsFigures[] => [
  { provider: 'a', sent: a[0], slow: a[1], reports: true },
  { provider: 'b', sent: b[0], slow: b[1], reports: true },
];
const shares = (a: number, minutes: number) => [
  { provider: 'a', share: a, changedAt: ago(minutes) },
  { provider: 'b', share: 100 - a, changedAt: ago(minutes) },
];
const next = (told: SmsFigures[], stored = shares(100, 30)) => {
  const changed = balance(PROVIDERS, { shares: stored, figures: told }, NOW);
  return changed && [...changed.values()];
};

describe('the shares of text messages', () => {
  it('move by a step away from a provider of whose messages 15 % took over five minutes', () => {
    expect(next(figures([100, 14]))).toBeUndefined();
    expect(next(figures([100, 15]))).toEqual([90, 10]);
    expect(next(figures([100, 15]), [])).toEqual([90, 10]);
  });

  it('stay when all are slow, when they have just moved, and when nothing tells what arrives', () => {
    expect(next(figures([100, 50], [10, 5]))).toBeUndefined();
    expect(next(figures([100, 50]), shares(90, 4))).toBeUndefined();
    expect(next(figures([100, 50]), shares(90, 5))).toEqual([80, 20]);
    expect(next(figures([100, 100]).map((each) => ({ ...each, reports: false })))).toBeUndefined();
    expect(balance(['a'], { shares: [], figures: figures([100, 100]) }, NOW)).toBeUndefined();
  });

  it('go back step by step to the preferred provider after an hour of rest', () => {
    expect(next(figures([100, 0]), shares(50, 59))).toBeUndefined();
    expect(next(figures([100, 0]), shares(50, 60))).toEqual([60, 40]);
    expect(next(figures([100, 0]), shares(100, 600))).toBeUndefined();
  });

  it('are those that are preferred where others are stored than are set up', () => {
    expect([...currentShares(['b', 'c'], shares(40, 0)).values()]).toEqual([100, 0]);
    expect([...currentShares(PROVIDERS, shares(40, 0)).values()]).toEqual([40, 60]);
  });

  it('are a hundred together and none below nothing, whatever happens', () => {
    const told = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), (minutes) => {
        const names = ['a', 'b', 'c'];
        let stored: { provider: string; share: number; changedAt: Date }[] = [];
        minutes.forEach((each, index) => {
          const now = new Date(NOW.getTime() + index * 6 * 60_000);
          const of = each.map(([sent, slow], at) => ({
            provider: names[at]!,
            sent,
            slow: Math.min(sent, slow),
            reports: true,
          }));
          const changed = balance(names, { shares: stored, figures: of }, now);
          if (changed) stored = [...changed].map(([provider, share]) => ({ provider, share, changedAt: now }));
          const values = [...currentShares(names, stored).values()];
          expect(values.reduce((sum, share) => sum + share)).toBe(100);
          expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });
});
