import { setImmediate as nextTurn } from 'node:timers/promises';
import { Slots } from './slots.js';

describe('Slots', () => {
  it('runs no more than its count at a time, in order, also after failures', async () => {
    const slots = new Slots(2);
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 7 }, (_, index) =>
        slots.use(async () => {
          started.push(index);
          most = Math.max(most, ++running);
          await nextTurn();
          running -= 1;
          if (index % 2 === 0) throw new Error('failed');
          return index;
        }),
      ),
    );
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(2);
    expect(results.map(({ status }) => status === 'fulfilled')).toEqual([false, true, false, true, false, true, false]);
  });

  it('says how many wait', async () => {
    const slots = new Slots(1);
    const finished = Array.from({ length: 3 }, () => slots.use(() => nextTurn()));
    expect(slots.waiting).toBe(2);
    await Promise.all(finished);
    expect(slots.waiting).toBe(0);
  });
});
