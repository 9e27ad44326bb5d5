import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { AppError } from '../errors/app-error.js';
import { Slots } from '../slots.js';

/** OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane; 15 to 40 ms of one core. */
const SETTINGS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Of these settings, and of no password that anybody knows: what an unknown account is compared with. */
const NOBODY = '$argon2id$v=19$m=19456,t=2,p=1$ZVKW3PHeh2s43U6L/IANmg$WROiq1uYUWTTH/HehK4xdFE095oLxEmqdpwDyFiuIyU';
/**
 * How many hash at once: a flood of logins must leave cores, and the threads that files and names are looked up on, to
 * those who press panic. Further ones wait, and beyond that they are sent away.
 */
const AT_ONCE = Math.max(1, Math.min(2, Math.floor(availableParallelism() / 2)));
const MAX_WAITING = 100;
const RETRY_AFTER_SECONDS = 5;

/** Loaded when somebody signs in, not when the process starts: it brings a native library of 5 MB. */
const load = createRequire(import.meta.url);
const argon2 = () => load('@node-rs/argon2') as typeof import('@node-rs/argon2');

/** Hashes passwords and PINs. The cost is the same whether there is an account or not. */
export class Passwords {
  readonly #slots = new Slots(AT_ONCE);

  /** @throws AppError TOO_MANY_REQUESTS when too many wait already */
  async hash(password: string): Promise<string> {
    return this.#inTurn(() => argon2().hash(normalized(password), SETTINGS));
  }

  /** Undefined for the stored hash costs as much and is never right. @throws as of {@link hash} */
  async verify(stored: string | undefined, password: string): Promise<boolean> {
    const right = await this.#inTurn(() => argon2().verify(stored ?? NOBODY, normalized(password)));
    return right && stored !== undefined;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#slots.waiting >= MAX_WAITING) {
      throw new AppError('TOO_MANY_REQUESTS', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    return this.#slots.use(work);
  }
}

/** The same password, however a keyboard composes its letters (NIST SP 800-63B). */
function normalized(password: string): string {
  return password.normalize('NFKC');
}
