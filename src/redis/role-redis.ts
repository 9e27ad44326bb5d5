import { inspect } from 'node:util';
import { Redis, type Command, type RedisOptions } from 'ioredis';
import { within } from '../time-limit.js';
import { classifyConnectionError, classifyRedisError, scrubRedisError, type RedisFailure } from './redis-error.js';
import type { RedisRoleName } from './redis.roles.js';
import type { RoleLogin, SignedIn, Verdicts } from './role-login.js';

export interface RoleRedisOptions extends RedisOptions {
  /** The role whose user this connection is. */
  readonly naboomRole: RedisRoleName | 'admin';
  /** Told of every connection, clones included, so that whoever opened the first can close all. */
  readonly onOpen?: (connection: RoleRedis) => void;
  /** Where the password comes from that may change while the connection lives. */
  readonly login?: RoleLogin;
  /** What its server said of passwords to those in whose place it is made; its clones go by the same. */
  readonly verdicts?: Verdicts;
}

/** A blocking command of the connection may come before, ms: BullMQ's wait for a job is the longest, 5 s. */
const SIGN_IN_WITHIN_MS = 15_000;

type SentCommand = ReturnType<Redis['sendCommand']>;
type Duplicate<O extends Partial<RedisOptions> | undefined> = ReturnType<typeof Redis.prototype.duplicate<O>>;

/**
 * The one Redis client of this system. Beyond ioredis:
 * - a rejection that nobody awaits never kills the process (the Socket.IO adapters leave them behind in an outage);
 * - clones are of this class and are reported to `onOpen`;
 * - it asks its login for the password whenever it connects, and can sign in anew while it lives;
 * - no error and no inspection shows the password;
 * - on every (re)connect it checks by CLIENT INFO that it is the user and the database that it should be, because
 *   ioredis goes on in database 0 when SELECT is refused. A connection in the wrong place is closed.
 */
export class RoleRedis extends Redis implements SignedIn {
  readonly naboomRole: RedisRoleName | 'admin';
  /** The last failure of the connection itself, until it is ready again. */
  lastFailure: RedisFailure | undefined;
  /** The sharded channels that somebody wants to hear by this connection, also while the server refuses them. */
  readonly shardChannels = new Set<string>();
  readonly verdicts: Verdicts;
  readonly #settings: RoleRedisOptions;

  #hasServed = false;

  constructor(settings: RoleRedisOptions) {
    const { naboomRole, onOpen, login, verdicts, ...options } = settings;
    super({ ...options, lazyConnect: true, replyMapping: 'legacy' });
    this.naboomRole = naboomRole;
    this.verdicts = verdicts ?? { refused: new Set() };
    this.#settings = settings;
    this.on('error', (error) => {
      const stage = { tls: options.tls !== undefined, status: this.status, hasServed: this.#hasServed };
      this.lastFailure = classifyConnectionError(error, stage);
      const { password } = this.options;
      if (this.lastFailure.code === 'REDIS_WRONGPASS' && password) this.verdicts.refused.add(password);
    });
    this.on('ready', () => void (this.#hasServed = true));
    this.on('ready', () => void this.#checkPlace());
    this.on('ready', () => login?.join(this, this.options.password!));
    this.on('end', () => login?.leave(this));
    this.on('moved', () => this.#followSlot());
    onOpen?.(this);
    if (!settings.lazyConnect) this.connect().catch(ignore);
  }

  override sendCommand(command: Command, stream?: Parameters<Redis['sendCommand']>[1]): SentCommand {
    this.#noteChannels(command);
    const sent = super.sendCommand(command, stream) as SentCommand;
    if (sent instanceof Promise) sent.catch(scrubRedisError);
    return sent;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error') scrubRedisError(args[0]);
    return super.emit(event, ...args);
  }

  override duplicate<O extends Partial<RedisOptions> | undefined = undefined>(override?: O): Duplicate<O> {
    const clone = new RoleRedis({ ...this.#settings, lazyConnect: false, ...override });
    // ioredis types a clone by its reply mapping; ours never changes it.
    return clone as unknown as Duplicate<O>;
  }

  override connect(callback?: (error?: Error | null, result?: void) => void): Promise<void> {
    const { login } = this.#settings;
    if (login) {
      const password = login.next(this.verdicts);
      if (password !== undefined) this.#use(password, login);
    }
    return super.connect(callback);
  }

  /** While the server is being looked for there is nothing to connect anew: for ioredis, to give that up is the end. */
  override disconnect(reconnect = false): void {
    if (reconnect && this.status === 'connecting') return;
    super.disconnect(reconnect);
  }

  async signInAnew(password: string): Promise<boolean> {
    const { login } = this.#settings;
    // Where it does not stand now, it asks for the password when it does.
    if (!login || this.status !== 'ready') return true;
    try {
      // A refused AUTH leaves the connection signed in as it was.
      await within(SIGN_IN_WITHIN_MS, this.auth(this.options.username ?? 'default', password));
      this.#use(password, login);
      login.join(this, password);
      await within(SIGN_IN_WITHIN_MS, this.client('SETNAME', this.options.connectionName ?? ''));
      return true;
    } catch {
      return false;
    }
  }

  #noteChannels({ name, args }: Command): void {
    if (name === 'ssubscribe') for (const channel of args) this.shardChannels.add(String(channel));
    if (name === 'sunsubscribe') for (const channel of args) this.shardChannels.delete(String(channel));
  }

  /** The name tells by which password it will sign in again. */
  #use(password: string, login: RoleLogin): void {
    const name = this.#settings.connectionName;
    this.options.password = password;
    if (name !== undefined) this.options.connectionName = `${name}:${login.tagOf(password)}`;
  }

  toJSON(): object {
    return { role: this.naboomRole, name: this.options.connectionName, db: this.options.db, status: this.status };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }

  /**
   * A Cluster took channels away from this connection, because their slot went to another node: only a new connection finds
   * it, and ioredis has forgotten the channels.
   */
  #followSlot(): void {
    if (this.status !== 'ready') return;
    this.once('ready', () => {
      for (const channel of this.shardChannels) this.ssubscribe(channel).catch(ignore);
    });
    this.disconnect(true);
  }

  async #checkPlace(): Promise<void> {
    try {
      const place = readClientInfo(String(await this.client('INFO')));
      const user = this.options.username ?? 'default';
      if (place.user === user && place.db === (this.options.db ?? 0)) {
        this.lastFailure = undefined;
        return;
      }
      this.emit(
        'error',
        new Error(`WRONGDB expected user ${user} db ${this.options.db}, is ${place.user} db ${place.db}`),
      );
      this.disconnect(true);
    } catch (error) {
      const failure = classifyRedisError(error);
      // A service that forbids the question leaves the place unknown; the connection itself is fine.
      this.lastFailure = failure.code === 'REDIS_NOPERM' || failure.code === 'REDIS_ERROR' ? undefined : failure;
    }
  }
}

function readClientInfo(text: string): { user: string; db: number } {
  const field = (name: string) => new RegExp(`(?:^| )${name}=(\\S*)`).exec(text)?.[1] ?? '';
  return { user: field('user'), db: Number(field('db')) };
}

function ignore(): void {
  // ioredis reports the reason by its error event, which is listened to.
}
