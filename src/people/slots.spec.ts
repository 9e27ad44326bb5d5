import { Slots } from './slots.js';

function piece() {
  let finish = (): void => undefined;
  let begun = false;
  const work = () => {
    begun = true;
    return new Promise<string>((resolve) => (finish = () => resolve('done')));
  };
  return { work, hasBegun: () => begun, finish: () => finish() };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('slots', () => {
  it('run so many at once, the others in turn, and refuse when too many wait', async () => {
    const slots = new Slots(1, 2);
    const pieces = [piece(), piece(), piece()] as const;
    const outcomes = pieces.map(({ work }) => slots.run(work));
    const begun = () => pieces.map(({ hasBegun }) => hasBegun());
    expect(begun()).toEqual([true, false, false]);
    expect(slots.run(piece().work)).toBeUndefined();
    pieces[0].finish();
    await settled();
    expect(begun()).toEqual([true, true, false]);
    pieces[1].finish();
    await settled();
    pieces[2].finish();
    expect(await Promise.all(outcomes.map(async (outcome) => outcome))).toEqual(['done', 'done', 'done']);
    expect(slots.run(piece().work)).toBeDefined();
  });

  it('are free again after a failure', async () => {
    const slots = new Slots(1, 0);
    await expect(slots.run(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
    expect(await slots.run(async () => 'next')).toBe('next');
  });
});
