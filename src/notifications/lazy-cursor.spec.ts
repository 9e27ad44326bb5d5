import { LazyCursor } from './lazy-cursor.js';
import { CursorMoved } from './log-cursors.js';

/** A cursor, and what was written down of it. */
function cursorAt(seq: number) {
  const saved: [from: number, to: number][] = [];
  let refusal: Error | undefined;
  const cursors = {
    async advance(_name: string, from: number, to: number) {
      if (refusal) throw refusal;
      saved.push([from, to]);
    },
  };
  const cursor = new LazyCursor(cursors, 'streams');
  cursor.start(seq);
  return { cursor, saved, refuse: (error?: Error) => (refusal = error) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a lazy cursor', () => {
  it('is written down once a second, however often it moves', async () => {
    const { cursor, saved } = cursorAt(10);
    for (let seq = 11; seq <= 20; seq++) await cursor.moveTo(seq);
    expect(cursor.position).toBe(20);
    expect(saved).toEqual([]);
    jest.advanceTimersByTime(1000);
    await cursor.moveTo(21);
    await cursor.moveTo(22);
    expect(saved).toEqual([[10, 21]]);
  });

  it('is written down when it is asked to, and not again while it stands', async () => {
    const { cursor, saved } = cursorAt(10);
    await cursor.moveTo(12);
    await cursor.save();
    await cursor.save();
    expect(saved).toEqual([[10, 12]]);
  });

  it('goes on from what is written down when a write failed', async () => {
    const { cursor, saved, refuse } = cursorAt(10);
    await cursor.moveTo(12);
    refuse(new Error('away'));
    await expect(cursor.save()).rejects.toThrow('away');
    refuse();
    await cursor.moveTo(13);
    await cursor.save();
    expect(saved).toEqual([[10, 13]]);
  });

  it('says when somebody else has moved it', async () => {
    const { cursor, refuse } = cursorAt(10);
    await cursor.moveTo(11);
    refuse(new CursorMoved('elsewhere'));
    await expect(cursor.save()).rejects.toBeInstanceOf(CursorMoved);
  });
});
