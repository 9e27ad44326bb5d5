import { TestClock } from '../../test/support/test-clock.js';
import { PinTries } from './pin-tries.js';

const WINDOW_MS = 15 * 60_000;

function wrong(tries: PinTries, alertId = 'a', times = 1): void {
  for (let n = 0; n < times; n += 1) tries.take(alertId);
}

describe('wrong PINs', () => {
  it('are five at most within a quarter of an hour, of each alert', () => {
    const clock = new TestClock();
    const tries = new PinTries(clock);
    wrong(tries, 'a', 5);
    expect(() => tries.take('a')).toThrow(
      expect.objectContaining({ code: 'TOO_MANY_REQUESTS', retryAfterSeconds: 900 }),
    );
    wrong(tries, 'b', 5);
    clock.advance(WINDOW_MS - 1);
    expect(() => tries.take('a')).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
    clock.advance(1);
    wrong(tries, 'a', 5);
    expect(() => tries.take('a')).toThrow('Too many wrong PINs');
  });

  it('count from the moment they are given: many at once get no more', () => {
    const tries = new PinTries(new TestClock());
    const running = Array.from({ length: 5 }, () => tries.take('a'));
    expect(() => tries.take('a')).toThrow('Too many wrong PINs');
    running[0]!.giveBack();
    wrong(tries);
    expect(() => tries.take('a')).toThrow('Too many wrong PINs');
  });

  it('are no more after a right one in between', () => {
    const tries = new PinTries(new TestClock());
    wrong(tries, 'a', 4);
    for (let n = 0; n < 20; n += 1) tries.take('a').giveBack();
    wrong(tries);
    expect(() => tries.take('a')).toThrow('Too many wrong PINs');
  });

  it('of many alerts are forgotten when their time is over', () => {
    const clock = new TestClock();
    const tries = new PinTries(clock);
    for (let n = 0; n < 1500; n += 1) wrong(tries, `alert ${n}`);
    expect(tries.size).toBe(1500);
    clock.advance(WINDOW_MS);
    wrong(tries);
    expect(tries.size).toBe(1);
  });
});
