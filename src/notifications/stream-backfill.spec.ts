import fc from 'fast-check';
import type { LogEntry } from '../alerts/alert.js';
import { StreamBackfill } from './stream-backfill.js';

const START = Date.parse('2026-01-01T00:00:00Z');
/** What is this old and not in the streams is missing there, ms. */
const SETTLED = 1000;

/** A log and streams in memory; every entry is committed at the present time of the test. */
function backfill() {
  const log: LogEntry[] = [];
  const added: number[] = [];
  let reads = 0;
  let isRedisAway = false;
  const reader = new StreamBackfill({
    reader: {
      async after(seq, limit) {
        reads += 1;
        return log.filter((entry) => entry.seq > seq).slice(0, limit);
      },
    },
    stream: {
      async add(entries) {
        if (isRedisAway) throw new Error('Redis is away');
        added.push(...entries.map(({ seq }) => seq));
      },
    },
    cursors: { advance: async () => undefined },
    clock: { now: () => new Date() },
  });
  reader.start(0);
  return {
    reader,
    added,
    reads: () => reads,
    commit: (count: number) => {
      const at = new Date().toISOString();
      for (let n = 0; n < count; n++) log.push({ seq: log.length + 1, at } as LogEntry);
    },
    setAway: (isAway: boolean) => (isRedisAway = isAway),
  };
}

beforeEach(() => jest.useFakeTimers({ now: START, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

describe('the backfill of the streams', () => {
  it('reads nothing and adds nothing while the streams have all, in whatever order they got it', async () => {
    const { reader, added, reads, commit } = backfill();
    commit(4);
    reader.heard([2, 4]);
    await reader.advance(4);
    reader.heard([3, 1]);
    await reader.advance(4);
    jest.advanceTimersByTime(SETTLED);
    await reader.advance(4);
    expect([added, reads()]).toEqual([[], 0]);
  });

  it('adds what nobody added within a second, and only that', async () => {
    const { reader, added, commit } = backfill();
    commit(5);
    reader.heard([1, 3, 5]);
    await reader.advance(5);
    expect(added).toEqual([]);
    jest.advanceTimersByTime(SETTLED);
    await reader.advance(5);
    expect(added).toEqual([2, 4]);
    await reader.advance(5);
    expect(added).toEqual([2, 4]);
  });

  it('leaves the young ones to the node that committed them', async () => {
    const { reader, added, commit } = backfill();
    commit(1);
    await reader.advance(1);
    jest.advanceTimersByTime(SETTLED);
    commit(1);
    await reader.advance(2);
    expect(added).toEqual([1]);
    reader.heard([2]);
    jest.advanceTimersByTime(SETTLED);
    await reader.advance(2);
    expect(added).toEqual([1]);
  });

  it('adds them later when Redis is away', async () => {
    const { reader, added, commit, setAway } = backfill();
    commit(3);
    await reader.advance(3);
    jest.advanceTimersByTime(SETTLED);
    setAway(true);
    await expect(reader.advance(3)).rejects.toThrow('Redis is away');
    setAway(false);
    await reader.advance(3);
    expect(added).toEqual([1, 2, 3]);
  });

  it('fills a gap of many pages', async () => {
    const { reader, added, commit, reads } = backfill();
    commit(1200);
    await reader.advance(1200);
    jest.advanceTimersByTime(SETTLED);
    await reader.advance(1200);
    expect(added).toHaveLength(1200);
    expect(reads()).toBe(3);
  });

  it('goes on after another start, though the streams may get some twice', async () => {
    const { reader, added, commit } = backfill();
    commit(3);
    reader.heard([1, 2, 3]);
    await reader.advance(3);
    reader.start(1);
    await reader.advance(3);
    jest.advanceTimersByTime(SETTLED);
    await reader.advance(3);
    expect(added).toEqual([2, 3]);
  });

  it('forgets what it heard beyond ten thousand, and then fills from the log', async () => {
    const { reader, added, commit } = backfill();
    commit(10_003);
    for (let seq = 2; seq <= 10_003; seq++) reader.heard([seq]);
    await reader.advance(10_003);
    jest.advanceTimersByTime(SETTLED);
    await reader.advance(10_003);
    expect(new Set(added).size).toBe(added.length);
    expect(added.slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('leaves the streams with every entry, and adds none that it heard of', async () => {
    const heard = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), heard, async (head, seqs) => {
        const { reader, added, commit } = backfill();
        commit(head);
        const known = seqs.filter((seq) => seq <= head);
        for (const seq of known) {
          reader.heard([seq]);
          await reader.advance(head);
        }
        jest.advanceTimersByTime(SETTLED);
        await reader.advance(head); // notes the gap
        jest.advanceTimersByTime(SETTLED);
        await reader.advance(head);
        expect([...new Set([...known, ...added])]).toHaveLength(head);
        expect(added.filter((seq) => known.includes(seq))).toEqual([]);
      }),
    );
  });
});
