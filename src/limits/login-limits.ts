import { hash } from 'node:crypto';
import { sourceOf } from '../source-address.js';
import type { KnownAddresses } from './known-addresses.js';
import { ACCOUNT_LIMIT, LOGIN_LIMIT, PASSWORD_LIMIT, STRANGERS_LIMIT, type Limit, type LimitState } from './limit.js';
import type { RateLimits } from './rate-limits.js';
import type { OneAtATime } from './one-at-a-time.js';

/** Until some of those that are tried now are decided. */
const IN_FLIGHT_SECONDS = 5;

/** What came of an attempt to sign in. */
export interface LoginAttempt<T> {
  /** Where the client stands; what is not about its own address is told only when it is refused. */
  readonly states: readonly LimitState[];
  /** Undefined when the password was wrong, or a limit refused to look at it. */
  readonly outcome: T | undefined;
}

type Counted = readonly (readonly [Limit, string])[];

interface LoginLimitsParts {
  readonly limits: RateLimits;
  readonly known: KnownAddresses;
  readonly turns: OneAtATime;
}

/**
 * Counts failed logins, and nothing else: a right one takes no point at any time, so that many people behind one address
 * do not lock each other out by signing in at once. Instead an address has one attempt at a time in this process, so that
 * a hundred wrong ones at once do not slip through; of several processes each may let one more through.
 */
export class LoginLimits {
  /** Attempts of strangers at an account that are not decided yet. */
  readonly #strangers = new Map<string, number>();

  constructor(private readonly parts: LoginLimitsParts) {}

  /**
   * Looks at a login when the limits allow it. Accounts that do not exist are counted as those that do.
   * @param login e-mail or phone as stored, or whatever was given
   * @param verify undefined: the login failed; what it rejects with is not counted
   * @throws AppError TOO_MANY_REQUESTS when too many of this address wait already
   */
  async attempt<T>(login: string, ip: string, verify: () => Promise<T | undefined>): Promise<LoginAttempt<T>> {
    const address = sourceOf(ip);
    const account = hash('sha256', login).slice(0, 32); // no e-mail address in a key
    return this.parts.turns.use(`login:${address}`, async () => {
      const { limits, known } = this.parts;
      // Side by side: with Redis frozen they are one time-out and not four.
      const [ofAddress, ofAccount, ofStrangers, isKnown] = await Promise.all([
        limits.look(LOGIN_LIMIT, address),
        limits.look(ACCOUNT_LIMIT, `${account}:${address}`),
        limits.look(STRANGERS_LIMIT, account),
        known.knows(account, address),
      ]);
      if (!ofAddress.allowed) return { states: [ofAddress], outcome: undefined };
      const own = [ofAddress, ofAccount];
      if (!ofAccount.allowed) return { states: own, outcome: undefined };
      const counted: Counted = [
        [LOGIN_LIMIT, address],
        [ACCOUNT_LIMIT, `${account}:${address}`],
      ];
      const right = () => void known.remember(account, address); // never rejects, and nobody needs to wait for it
      if (isKnown) return this.#decide(own, counted, verify, right);
      const strangers = this.#withTried(ofStrangers, account);
      if (!strangers.allowed) return { states: [...own, strangers], outcome: undefined };
      return this.#asStranger(account, () =>
        this.#decide(own, [...counted, [STRANGERS_LIMIT, account]], verify, right),
      );
    });
  }

  /**
   * Asks a person who is signed in for the password again.
   * @param verify as of {@link attempt}
   */
  async again<T>(userId: string, verify: () => Promise<T | undefined>): Promise<LoginAttempt<T>> {
    return this.parts.turns.use(`password:${userId}`, async () => {
      const state = await this.parts.limits.look(PASSWORD_LIMIT, userId);
      if (!state.allowed) return { states: [state], outcome: undefined };
      return this.#decide([state], [[PASSWORD_LIMIT, userId]], verify);
    });
  }

  async #decide<T>(
    states: readonly LimitState[],
    counted: Counted,
    verify: () => Promise<T | undefined>,
    right?: () => void,
  ): Promise<LoginAttempt<T>> {
    const outcome = await verify();
    if (outcome !== undefined) {
      right?.();
      return { states, outcome };
    }
    const after = await Promise.all(counted.map(([limit, who]) => this.parts.limits.count(limit, who)));
    return { states: after.slice(0, states.length), outcome };
  }

  /** Strangers of many addresses do not wait for each other: those that are tried now count as failed until they are not. */
  #withTried(state: LimitState, account: string): LimitState {
    const tried = this.#strangers.get(account) ?? 0;
    if (!state.allowed || state.remaining > tried) return state;
    return { ...state, allowed: false, remaining: 0, resetSeconds: IN_FLIGHT_SECONDS };
  }

  async #asStranger<T>(account: string, work: () => Promise<T>): Promise<T> {
    this.#strangers.set(account, (this.#strangers.get(account) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#strangers.get(account)! - 1;
      if (left > 0) this.#strangers.set(account, left);
      else this.#strangers.delete(account);
    }
  }
}
