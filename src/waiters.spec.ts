import { Waiters } from './waiters.js';

describe('those who wait', () => {
  it('go on once it is true, or after their time, and nothing is left of them', async () => {
    const waiters = new Waiters();
    let reached = 0;
    const [first, second] = [1, 2].map((wanted) => waiters.until(() => reached >= wanted, 60_000));
    const impatient = waiters.until(() => reached >= 1, 1);
    expect(waiters.size).toBe(3);
    expect(await impatient).toBe(false);
    expect(waiters.size).toBe(2);
    reached = 1;
    waiters.look();
    expect(await first).toBe(true);
    expect(waiters.size).toBe(1);
    reached = 2;
    waiters.look();
    expect(await second).toBe(true);
    expect(waiters.size).toBe(0);
  });

  it('do not begin to wait for what is true already', async () => {
    const waiters = new Waiters();
    const here = waiters.until(() => true, 60_000);
    expect(waiters.size).toBe(0);
    expect(await here).toBe(true);
  });
});
