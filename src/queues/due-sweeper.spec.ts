import { Logger } from '@nestjs/common';
import { DueSweeper, type DirectRunner } from './due-sweeper.js';

beforeAll(() => Logger.overrideLogger(false));

/** Rows that are due, and what is made of them; jobs that run directly end when they are told to. */
function benchOf(due: () => readonly string[]) {
  let isRedisThere = false;
  const ran: string[] = [];
  const ends: (() => void)[] = [];
  const runner: DirectRunner = {
    runDirectly: async (_job, { deliveryIds }: never) => {
      ran.push(String(deliveryIds));
      await new Promise<void>((resolve) => ends.push(resolve));
    },
  };
  const work = {
    name: 'things',
    sweep: async (take: (found: readonly string[]) => Promise<void>) => {
      const found = due();
      await take(found);
      return found.length;
    },
    queueAgain: async () => {
      if (!isRedisThere) throw new Error('Redis is away');
    },
    jobsOf: (left: readonly string[]) =>
      left.map((id) => ({ job: 'send-notifications' as const, payload: { deliveryIds: [id] } })),
  };
  const sweeper = new DueSweeper(work, runner);
  const endAll = async () => {
    for (const end of ends.splice(0)) end();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { sweeper, ran, endAll, redisReturns: () => (isRedisThere = true) };
}

describe('without Redis, what is due', () => {
  it('runs here, once at a time each, and again when it is still due afterwards', async () => {
    const { sweeper, ran, endAll } = benchOf(() => ['a', 'b']);
    await sweeper.sweep();
    await sweeper.sweep();
    expect(ran).toEqual(['a', 'b']);
    await endAll();
    await sweeper.sweep();
    expect(ran).toEqual(['a', 'b', 'a', 'b']);
    await endAll();
  });

  it('runs six at once; the others when a later sweep finds them', async () => {
    const all = 'abcdefgh'.split('');
    const { sweeper, ran, endAll } = benchOf(() => all.filter((each) => !ran.includes(each)));
    await sweeper.sweep();
    expect(ran).toEqual('abcdef'.split(''));
    await endAll();
    await sweeper.sweep();
    expect(ran).toEqual(all);
    await endAll();
  });

  it('runs no more once the worker stops, and not at all when Redis is back', async () => {
    const { sweeper, ran, redisReturns } = benchOf(() => ['a']);
    redisReturns();
    expect(await sweeper.sweep()).toBe(1);
    const stopped = benchOf(() => ['a']);
    await stopped.sweeper.stop();
    await stopped.sweeper.sweep();
    expect([ran, stopped.ran]).toEqual([[], []]);
  });
});
