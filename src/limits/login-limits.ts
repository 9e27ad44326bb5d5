import { hash } from 'node:crypto';
import { sourceOf } from '../source-address.js';
import type { KnownAddresses } from './known-addresses.js';
import { ACCOUNT_LIMIT, LOGIN_LIMIT, STRANGERS_LIMIT, type Limit, type LimitState } from './limit.js';
import type { RateLimits } from './rate-limits.js';

/** An attempt to sign in, counted as failed until {@link LoginLimits.succeeded}. */
export interface LoginAttempt {
  /** Where the client stands; what is not about its own address is told only when it is refused. */
  readonly states: readonly LimitState[];
  readonly taken: readonly (readonly [Limit, string])[];
  readonly account: string;
  readonly address: string;
}

/** Counts failed logins before they are known to fail, so that a hundred at once do not slip through. */
export class LoginLimits {
  constructor(
    private readonly limits: RateLimits,
    private readonly known: KnownAddresses,
  ) {}

  /**
   * Takes the points of an attempt. Accounts that do not exist are counted as those that do.
   * @param login e-mail or phone as stored, or whatever was given
   */
  async begin(login: string, ip: string): Promise<LoginAttempt> {
    const address = sourceOf(ip);
    const account = hash('sha256', login).slice(0, 32); // no e-mail address in a key
    const taken: [Limit, string][] = [
      [LOGIN_LIMIT, address],
      [ACCOUNT_LIMIT, `${account}:${address}`],
    ];
    const states = [await this.limits.take(...taken[0]!), await this.limits.take(...taken[1]!)];
    // What this address alone has used up must not count against everybody.
    const own = states.every(({ allowed }) => allowed);
    if (own && !(await this.known.knows(account, address))) {
      taken.push([STRANGERS_LIMIT, account]);
      const strangers = await this.limits.take(STRANGERS_LIMIT, account);
      if (!strangers.allowed) states.push(strangers);
    }
    return { states, taken, account, address };
  }

  /** It was the right password. @returns where the client stands now */
  async succeeded({ states, taken, account, address }: LoginAttempt): Promise<LimitState[]> {
    await Promise.all([
      ...taken.map(([limit, who]) => this.limits.giveBack(limit, who)),
      this.known.remember(account, address),
    ]);
    return states.map((state) => ({ ...state, remaining: Math.min(state.remaining + 1, state.limit.points) }));
  }
}
