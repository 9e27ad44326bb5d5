import { setImmediate as nextTurn } from 'node:timers/promises';
import { Turns } from './turns.js';

describe('Turns', () => {
  it('give room in order, so much in a turn, and the first has it at once', async () => {
    const turns = new Turns(2);
    const gone: number[] = [];
    const takers = Array.from({ length: 6 }, (_, index) => turns.take(1).then(() => gone.push(index)));
    await Promise.resolve();
    expect(gone).toEqual([0, 1]);
    await nextTurn();
    expect(gone).toEqual([0, 1, 2, 3]);
    await Promise.all(takers);
    expect(gone).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are left to connections that come in, but not for ever', async () => {
    const arrivals = { count: 0 };
    const turns = new Turns(1, arrivals);
    await turns.take(1);
    let gone = false;
    const taken = turns.take(1).then(() => (gone = true));
    for (let turn = 0; turn < 40; turn += 1) {
      arrivals.count += 1;
      await nextTurn();
    }
    expect(gone).toBe(false);
    for (let turn = 0; turn < 40; turn += 1) {
      arrivals.count += 1;
      await nextTurn();
    }
    expect(gone).toBe(true);
    await taken;
  });

  it('let one pass that is larger than a turn', async () => {
    const turns = new Turns(1);
    await expect(Promise.all([turns.take(1000), turns.take(1000)])).resolves.toHaveLength(2);
  });
});
