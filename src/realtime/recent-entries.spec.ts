import fc from 'fast-check';
import type { LogEntry } from '../alerts/alert.js';
import { RecentEntries } from './recent-entries.js';

const entries = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ seq: from + index })) as unknown as LogEntry[];

describe('RecentEntries', () => {
  it('gives everything after each position that it covers, and covers the last of its capacity', () => {
    const batches = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.nat(1000), fc.integer({ min: 1, max: 12 }), batches, (start, capacity, sizes) => {
        const recent = new RecentEntries(capacity);
        recent.startAfter(start);
        for (const size of sizes) recent.add(entries(recent.position + 1, size));
        const added = recent.position - start;
        expect(recent.covers(recent.position + 1)).toBe(false);
        expect(recent.covers(start - 1)).toBe(false);
        for (let behind = 0; behind <= Math.min(added, capacity); behind += 1) {
          const seq = recent.position - behind;
          expect(recent.covers(seq)).toBe(true);
          expect(recent.after(seq)).toEqual(entries(seq + 1, behind));
        }
      }),
    );
  });

  it('does not cover what lies before a gap', () => {
    const recent = new RecentEntries(10);
    recent.add(entries(1, 3));
    recent.add(entries(7, 2));
    expect(recent.covers(3)).toBe(false);
    expect(recent.after(6)).toEqual(entries(7, 2));
  });
});
