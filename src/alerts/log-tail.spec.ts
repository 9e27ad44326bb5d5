import fc from 'fast-check';
import type { LogEntry } from './alert.js';
import { LogTail, type EntrySource } from './log-tail.js';

const entry = (seq: number) => ({ seq, type: 'alert.raised', alert: {} }) as unknown as LogEntry;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => entry(from + i));

/** A tail over a log in memory, polled only when told. */
function tailOf(log: LogEntry[], fails: () => boolean = () => false) {
  const seen: number[] = [];
  const sources: EntrySource[] = [];
  let reads = 0;
  const tail = new LogTail(
    async (after, limit) => {
      reads += 1;
      if (fails()) throw new Error('away');
      return log.filter(({ seq }) => seq > after).slice(0, limit);
    },
    (entries, source) => {
      seen.push(...entries.map(({ seq }) => seq));
      sources.push(source);
    },
    3_600_000,
  );
  return { tail, seen, sources, reads: () => reads };
}

describe('LogTail', () => {
  it('delivers what is in order within the call that offers it', async () => {
    const { tail, seen } = tailOf([]);
    tail.start(0);
    tail.offer(range(1, 3), 'commit');
    expect(seen).toEqual([1, 2, 3]);
    await tail.stop();
  });

  it('reads a gap from the log and drops what came twice', async () => {
    const { tail, seen } = tailOf(range(1, 5));
    tail.start(0);
    tail.offer(range(3, 5), 'stream');
    tail.offer(range(4, 5), 'stream');
    expect(await tail.reached(5, 1000)).toBe(true);
    tail.offer(range(1, 5), 'stream');
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await tail.stop();
  });

  it('goes on after what the log itself lacks', async () => {
    const { tail, seen, reads } = tailOf([...range(1, 2), ...range(6, 7)]);
    tail.start(0);
    expect(await tail.reached(7, 1000)).toBe(true);
    expect(seen).toEqual([1, 2, 6, 7]);
    expect(reads()).toBeLessThan(5);
    await tail.stop();
  });

  it('delivers live entries while a read of the log hangs', async () => {
    let answer: (entries: LogEntry[]) => void = () => undefined;
    const seen: number[] = [];
    const tail = new LogTail(
      () => new Promise((resolve) => (answer = resolve)),
      (entries) => void seen.push(...entries.map(({ seq }) => seq)),
      3_600_000,
    );
    tail.start(7);
    tail.offer([entry(8)], 'commit');
    expect(seen).toEqual([8]);
    answer([entry(8)]);
    await tail.stop();
    expect(seen).toEqual([8]);
  });

  it('brings the same entries again when a delivery fails', async () => {
    let failures = 2;
    const seen: number[] = [];
    const tail = new LogTail(
      async () => [],
      async (entries) => {
        if (failures-- > 0) throw new Error('not now');
        seen.push(...entries.map(({ seq }) => seq));
      },
      3_600_000,
    );
    tail.start(0);
    tail.offer(range(1, 2), 'stream');
    expect(await tail.reached(2, 3000)).toBe(true);
    expect(seen).toEqual([1, 2]);
    await tail.stop();
  });

  it('stays where it was set back to, also when a delivery of before ends later', async () => {
    let end: (() => void) | undefined;
    const deliver = () => new Promise<void>((resolve) => (end = resolve));
    const tail = new LogTail(async () => [], deliver, 3_600_000);
    tail.start(0);
    tail.offer(range(1, 5), 'commit');
    tail.rewind(2);
    end!();
    await tail.stop();
    expect(tail.cursor).toBe(2);
  });

  it('gives each entry once and in order, whatever is offered when', async () => {
    const offers = fc.array(
      fc.record({ from: fc.integer({ min: 1, max: 40 }), length: fc.integer({ min: 0, max: 12 }) }),
    );
    await fc.assert(
      fc.asyncProperty(offers, async (offered) => {
        const { tail, seen } = tailOf(range(1, 40));
        tail.start(0);
        for (const { from, length } of offered) tail.offer(range(from, Math.min(40, from + length)), 'stream');
        expect(await tail.reached(40, 1000)).toBe(true);
        await tail.stop();
        expect(seen).toEqual(range(1, 40).map(({ seq }) => seq));
      }),
      { numRuns: 50 },
    );
  });
});
