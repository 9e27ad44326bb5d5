import { createHmac } from 'node:crypto';
import { statSync } from 'node:fs';
import { inspect } from 'node:util';
import type { RedisRoleConfig } from '../config/redis-config.js';
import { readSecretFile, type SecretFile, type WatchedPassword } from '../config/secret-file.js';

/** What a server said of the passwords that it was given. */
export interface Verdicts {
  readonly refused: Set<string>;
  /** The last one that it took. */
  taken?: string | undefined;
}

/** A connection that can sign in anew while it lives. */
export interface SignedIn {
  /** Those of its server. Connections that take each other's place there have the same. */
  readonly verdicts: Verdicts;
  /** Signs in with another password, without a reconnect; false when the server refuses it or does not answer. */
  signInAnew(password: string): Promise<boolean>;
}

/** How many hexadecimal digits a connection's name shows. */
const TAG_DIGITS = 6;

/**
 * What tells by which password a connection will sign in again. Connections carry it in their name, so that CLIENT LIST
 * shows who has taken a new one. It is keyed: names get into reports and tickets, and without the key nobody can try
 * guesses of a password against them.
 */
export function passwordTag(password: string, { tagKey }: Pick<WatchedPassword, 'tagKey'>): string {
  return createHmac('sha256', tagKey).update(`Redis password ${password}`).digest('hex').slice(0, TAG_DIGITS);
}

/**
 * The password of a role's user while the process runs. It changes when its file does: connections ask for it whenever
 * they connect, and those that live sign in anew.
 */
export class RoleLogin {
  #password: string | undefined;
  /** The last one that a server took. */
  #proven: string | undefined;
  readonly #live = new Set<SignedIn>();
  readonly #behind = new Set<SignedIn>();

  constructor(
    private readonly config: RedisRoleConfig,
    private readonly file: WatchedPassword,
  ) {
    this.#password = config.password;
  }

  get username(): string | undefined {
    return this.config.username;
  }

  /** How connections show by which password they sign in. */
  tagOf(password: string): string {
    return passwordTag(password, this.file);
  }

  /** The newest password; as {@link look} found it. */
  get password(): string | undefined {
    return this.#password;
  }

  /**
   * What to connect with: the newest password, and after a refusal of it the last that was good there or elsewhere, in
   * turns. A server may learn of a new password after its file has it, and a node of many after the others; and files are
   * edited by people.
   */
  next({ refused, taken }: Verdicts): string | undefined {
    this.look();
    const known = [this.#password, taken, this.#proven].filter((password) => password !== undefined);
    const untried = known.find((password) => !refused.has(password));
    // Whoever was refused everything begins again.
    if (untried === undefined) refused.clear();
    return untried ?? this.#password;
  }

  /** Reads the file again; true when another password stands there. One that cannot be read changes nothing. */
  look(): boolean {
    const found = readIfThere(this.file);
    if (found === undefined || found === this.#password) return false;
    this.#password = found;
    for (const connection of this.#live) this.#behind.add(connection);
    return true;
  }

  /** A server took this password from a connection; it hears of new ones until it {@link leave}s. */
  join(connection: SignedIn, password: string): void {
    const { verdicts } = connection;
    verdicts.taken = password;
    verdicts.refused.delete(password);
    this.#live.add(connection);
    this.#proven = password;
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
    return { username: this.username };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }
}

/** The password in the file; undefined for what can be none, so that the one in use stays. */
function readIfThere(file: SecretFile): string | undefined {
  try {
    // To read a pipe that nobody writes to would hold up the whole process.
    if (!statSync(file.path).isFile()) return undefined;
    const found = readSecretFile(file);
    // A file of many lines that has lost its own: the others are other secrets.
    return found && /[\r\n]/.test(found) ? undefined : found;
  } catch {
    return undefined; // being replaced, or its disk is away
  }
}

const LOGINS = new WeakMap<WatchedPassword, RoleLogin>();

/**
 * The login of a role whose password is read from a file, wherever its servers are: one for all of its connections,
 * because they change their password together. Undefined where the password stays as it is.
 */
export function loginOf(config: RedisRoleConfig): RoleLogin | undefined {
  const { passwordFile } = config;
  if (!passwordFile) return undefined;
  const known = LOGINS.get(passwordFile);
  if (known) return known;
  const login = new RoleLogin(config, passwordFile);
  LOGINS.set(passwordFile, login);
  return login;
}
