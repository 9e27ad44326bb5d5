import type { RedisOptions } from 'ioredis';
import type { RedisRoleConfig } from '../config/redis-config.js';
import { addressOptions, REQUEST_PATH } from './redis.options.js';
import { RoleRedis } from './role-redis.js';
import type { RedisRoleName } from './redis.roles.js';

const CLOSE_TIMEOUT_MS = 1000;

/** Everything that one role has open; whoever injects it may use that role and no other. */
export class RoleConnections {
  /** Shared connection of the request path: fails fast, never queues. */
  readonly commands: RoleRedis;
  readonly #open = new Set<RoleRedis>();

  constructor(
    readonly role: RedisRoleName,
    readonly config: RedisRoleConfig,
  ) {
    this.commands = this.open('commands', { ...REQUEST_PATH, lazyConnect: true });
  }

  /** Connects the shared connection; until then nothing is open. */
  connect(): void {
    // Why it does not connect shows in its error event, and it goes on trying.
    this.commands.connect().catch(() => undefined);
  }

  /**
   * Opens a further connection of this role, for a subscriber, a blocking reader or another database; closed with the
   * module.
   */
  open(purpose: string, options: RedisOptions, db = this.config.db): RoleRedis {
    return new RoleRedis({
      ...options,
      ...addressOptions(this.config, `${this.role}:${purpose}`),
      db,
      naboomRole: this.role,
      onOpen: (connection) => {
        this.#open.add(connection);
        connection.once('end', () => this.#open.delete(connection));
      },
    });
  }

  /** Waits until the shared connection is ready; false when it is not within `timeoutMs`. */
  async ready(timeoutMs: number): Promise<boolean> {
    if (this.commands.status === 'ready') return true;
    return new Promise((resolve) => {
      const done = (ready: boolean) => () => {
        clearTimeout(timer);
        this.commands.off('ready', onReady);
        resolve(ready);
      };
      const onReady = done(true);
      const timer = setTimeout(done(false), timeoutMs);
      this.commands.once('ready', onReady);
    });
  }

  /** Closes all connections of the role; one that does not answer is cut. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map(closeConnection));
  }
}

async function closeConnection(connection: RoleRedis): Promise<void> {
  if (connection.status === 'end') return;
  const cut = setTimeout(() => connection.disconnect(), CLOSE_TIMEOUT_MS);
  try {
    if (connection.status === 'ready') await connection.quit();
  } catch {
    // The server is away: there is nothing to say goodbye to.
  } finally {
    clearTimeout(cut);
    connection.disconnect();
  }
}
