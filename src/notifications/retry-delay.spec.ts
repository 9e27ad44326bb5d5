import { readRetryAfter, RETRY_LIMITS, retryDelay } from './retry-delay.js';

const middle = () => 0.5;

describe('a retry', () => {
  it('waits twice as long each time, from five seconds to an hour', () => {
    const delays = Array.from({ length: 12 }, (_, index) => retryDelay(index + 1, RETRY_LIMITS, 0, middle) / 1000);
    expect(delays).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
  });

  it('comes a fifth sooner or later by chance', () => {
    expect(retryDelay(1, RETRY_LIMITS, 0, () => 0)).toBe(4000);
    expect(retryDelay(1, RETRY_LIMITS, 0, () => 1)).toBe(6000);
  });

  it('waits as long as the receiver asks, but not less than usual and not over an hour', () => {
    expect(retryDelay(1, RETRY_LIMITS, 60_000, middle)).toBe(60_000);
    expect(retryDelay(1, RETRY_LIMITS, 1000, middle)).toBe(5000);
    expect(retryDelay(1, RETRY_LIMITS, 86_400_000, middle)).toBe(3_600_000);
  });

  it.each([
    ['120', 120_000],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', 0],
    [undefined, 0],
  ])('reads Retry-After: %s', (header, ms) => {
    expect(readRetryAfter(header, new Date('2026-01-01T00:00:00Z'))).toBe(ms);
  });
});
