import { sendDelay } from './send-delay.js';

const middle = () => 0.5;
const delays = (hasFallback: boolean) =>
  Array.from({ length: 10 }, (_, index) => sendDelay({ attempts: index + 1, hasFallback }, 0, middle));

it('people are tried for about five minutes, and for twenty seconds where another contact can be tried', () => {
  const all = [2000, 5000, 15_000, 30_000, 60_000, 60_000, 60_000, 60_000];
  expect(delays(false)).toEqual([...all, undefined, undefined]);
  expect(delays(true)).toEqual([...all.slice(0, 3), ...Array.from({ length: 7 }, () => undefined)]);
});

it('a provider that asks for more time gets it, up to a minute', () => {
  expect(sendDelay({ attempts: 1, hasFallback: false }, 20_000, middle)).toBe(20_000);
  expect(sendDelay({ attempts: 1, hasFallback: false }, 3_600_000, middle)).toBe(60_000);
  expect(sendDelay({ attempts: 4, hasFallback: false }, 1000, () => 0)).toBe(27_000);
});
