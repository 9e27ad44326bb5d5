import { GroupedWrites } from './grouped-writes.js';

/** Writes that end when the test says so. */
function writes() {
  const begun: { values: readonly number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const grouped = new GroupedWrites<number>(
    (values) => new Promise((end, fail) => void begun.push({ values, end, fail })),
  );
  return { grouped, begun };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('grouped writes', () => {
  it('take what comes during a write together in the next one, in order', async () => {
    const { grouped, begun } = writes();
    const first = grouped.add(1);
    await turn();
    const later = [grouped.add(2), grouped.add(3)];
    await turn();
    expect(begun.map(({ values }) => values)).toEqual([[1]]);
    begun[0]!.end();
    await first;
    await turn();
    expect(begun.map(({ values }) => values)).toEqual([[1], [2, 3]]);
    begun[1]!.end();
    await Promise.all(later);
  });

  it('say that a value is written only when its own write has ended', async () => {
    const { grouped, begun } = writes();
    let isWritten = false;
    const first = grouped.add(1);
    await turn();
    const second = grouped.add(2).then(() => (isWritten = true));
    begun[0]!.end();
    await first;
    await turn();
    expect(isWritten).toBe(false);
    begun[1]!.end();
    await second;
  });

  it('tell the error of a write to all that were part of it and to nobody else', async () => {
    const { grouped, begun } = writes();
    const first = [grouped.add(1), grouped.add(2)];
    await turn();
    const next = grouped.add(3);
    begun[0]!.fail(new Error('away'));
    expect((await Promise.allSettled(first)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await turn();
    begun[1]!.end();
    await expect(next).resolves.toBeUndefined();
  });
});
