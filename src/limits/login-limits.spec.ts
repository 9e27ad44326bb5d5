import { TestClock } from '../../test/support/test-clock.js';
import type { RoleClient } from '../redis/role-client.js';
import { KnownAddresses } from './known-addresses.js';
import { LoginLimits } from './login-limits.js';
import { RateLimits } from './rate-limits.js';
import { OneAtATime } from './one-at-a-time.js';

/** Redis is away: memory counts, and no address is known. */
const AWAY = { status: 'end', get: async () => null, set: async () => null } as unknown as RoleClient;
const loginLimits = () =>
  new LoginLimits({
    limits: new RateLimits(AWAY),
    known: new KnownAddresses(AWAY),
    turns: new OneAtATime(new TestClock()),
  });

describe('attempts to sign in', () => {
  it('of strangers of many addresses at one account at once are thirty, the others may come back in seconds', async () => {
    const limits = loginLimits();
    let finish = () => {};
    const decided = new Promise<string>((resolve) => (finish = () => resolve('me')));
    const all = Array.from({ length: 40 }, (_, n) => limits.attempt('me@example.com', `10.0.0.${n}`, () => decided));
    const refused = await Promise.all(all.slice(30));
    for (const { outcome, states } of refused) {
      expect(outcome).toBeUndefined();
      expect(states.at(-1)).toMatchObject({ limit: { name: 'strangers' }, allowed: false, resetSeconds: 5 });
    }
    finish();
    expect(new Set((await Promise.all(all.slice(0, 30))).map(({ outcome }) => outcome))).toEqual(new Set(['me']));
    expect((await limits.attempt('me@example.com', '10.0.0.40', async () => 'me')).outcome).toBe('me');
  });

  it('that nobody could decide are not counted as failed', async () => {
    const limits = loginLimits();
    for (let n = 0; n < 12; n += 1) {
      const attempt = limits.attempt('me@example.com', '10.0.0.1', () => Promise.reject(new Error('no database')));
      await expect(attempt).rejects.toThrow('no database');
    }
    expect((await limits.attempt('me@example.com', '10.0.0.1', async () => 'me')).outcome).toBe('me');
  });
});
