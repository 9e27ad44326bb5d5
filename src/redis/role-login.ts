import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import type { RedisRoleConfig } from '../config/redis-config.js';
import { readSecretFile } from '../config/secret-file.js';

/** A connection that can sign in anew while it lives. */
export interface SignedIn {
  /** Signs in with another password, without a reconnect; false when the server refuses it or does not answer. */
  signInAnew(password: string): Promise<boolean>;
}

/** How many hexadecimal digits of a password's hash a connection's name shows. */
const TAG_DIGITS = 6;

/**
 * What tells by which password a connection will sign in again, without telling the password: a few digits of a hash
 * of its hash. Connections carry it in their name, so that CLIENT LIST shows who has taken a new one.
 */
export function passwordTag(password: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  return createHash('sha256').update(`naboom ${hash}`).digest('hex').slice(0, TAG_DIGITS);
}

/**
 * The password of a role's user while the process runs. It changes when its file does: connections ask for it whenever
 * they connect, and those that live sign in anew.
 */
export class RoleLogin {
  #password: string | undefined;
  #before: string | undefined;
  readonly #live = new Set<SignedIn>();
  readonly #behind = new Set<SignedIn>();

  constructor(private readonly config: RedisRoleConfig) {
    this.#password = config.password;
  }

  get username(): string | undefined {
    return this.config.username;
  }

  /** True when the password is read from a file, and so may change. */
  get isWatched(): boolean {
    return this.config.passwordFile !== undefined;
  }

  /** The newest password; as {@link look} found it. */
  get password(): string | undefined {
    return this.#password;
  }

  /**
   * What to connect with: the newest password, and after a refusal of it the one before, in turns. A server may learn of
   * a new password after its file has it, and a node of many after the others.
   */
  next(refused: string | undefined): string | undefined {
    this.look();
    return refused !== undefined && refused === this.#password ? (this.#before ?? refused) : this.#password;
  }

  /** Reads the file again; true when another password stands there. One that cannot be read changes nothing. */
  look(): boolean {
    const { passwordFile } = this.config;
    if (!passwordFile) return false;
    const found = readIfThere(() => readSecretFile(passwordFile));
    if (found === undefined || found === this.#password) return false;
    this.#before = this.#password;
    this.#password = found;
    for (const connection of this.#live) this.#behind.add(connection);
    return true;
  }

  /** A connection stands, by this password; it hears of new ones until it {@link leave}s. */
  join(connection: SignedIn, password: string | undefined): void {
    this.#live.add(connection);
    if (password === this.#password) this.#behind.delete(connection);
    else this.#behind.add(connection);
  }

  leave(connection: SignedIn): void {
    this.#live.delete(connection);
    this.#behind.delete(connection);
  }

  /**
   * Lets every living connection that has an older password sign in with the newest.
   * @returns how many did, and how many were refused and stay as they are until the next call
   */
  async adopt(): Promise<{ adopted: number; refused: number }> {
    const password = this.#password;
    if (password === undefined) return { adopted: 0, refused: 0 };
    const waiting = [...this.#behind];
    const outcomes = await Promise.all(waiting.map((connection) => connection.signInAnew(password)));
    waiting.forEach((connection, index) => {
      if (outcomes[index] && password === this.#password) this.#behind.delete(connection);
    });
    const adopted = outcomes.filter(Boolean).length;
    return { adopted, refused: outcomes.length - adopted };
  }

  toJSON(): object {
    return { username: this.username, isWatched: this.isWatched };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}

function readIfThere(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined; // being replaced, or its disk is away: the password that is in use stays
  }
}

const LOGINS = new WeakMap<RedisRoleConfig, RoleLogin>();

/** The login of a role's configuration: one for all of its connections, because they change their password together. */
export function loginOf(config: RedisRoleConfig): RoleLogin {
  const known = LOGINS.get(config);
  if (known) return known;
  const login = new RoleLogin(config);
  LOGINS.set(config, login);
  return login;
}
