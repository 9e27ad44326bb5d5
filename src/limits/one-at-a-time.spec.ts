import { TestClock } from '../../test/support/test-clock.js';
import { OneAtATime } from './one-at-a-time.js';

const BUSY = expect.objectContaining({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 5 });

describe('one at a time', () => {
  it('are one at a time for each, also after failures, and are forgotten', async () => {
    const turns = new OneAtATime(new TestClock());
    const running = new Map<string, number>();
    const work = (who: string, n: number) =>
      turns.use(who, async () => {
        running.set(who, (running.get(who) ?? 0) + 1);
        expect(running.get(who)).toBe(1);
        await Promise.resolve();
        running.set(who, 0);
        if (n % 2 === 0) throw new Error('failed');
      });
    const all = ['a', 'b'].flatMap((who) => [0, 1, 2, 3].map((n) => work(who, n)));
    expect(turns.size).toBe(2);
    const results = await Promise.allSettled(all);
    expect(results.map(({ status }) => status)).toEqual(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? 'rejected' : 'fulfilled')),
    );
    expect(turns.size).toBe(0);
  });

  it('are refused for some seconds when a hundred wait, or when it took too long', async () => {
    const clock = new TestClock();
    const turns = new OneAtATime(clock);
    let finish = () => {};
    const first = turns.use('a', () => new Promise<void>((resolve) => (finish = resolve)));
    const waiting = Promise.allSettled(Array.from({ length: 100 }, () => turns.use('a', async () => 'done')));
    await expect(turns.use('a', async () => 'done')).rejects.toEqual(BUSY);
    expect(await turns.use('b', async () => 'done')).toBe('done');
    clock.advance(10_001);
    finish();
    await first;
    expect(new Set((await waiting).map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(await turns.use('a', async () => 'done')).toBe('done');
  });
});
