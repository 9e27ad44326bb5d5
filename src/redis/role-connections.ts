import type { RedisOptions } from 'ioredis';
import type { RedisRoleConfig } from '../config/redis-config.js';
import { Hearing } from './hearing.js';
import type { RedisHost } from '../config/redis-place.js';
import { REQUEST_PATH, SUBSCRIBER } from './redis.options.js';
import type { RedisRoleName } from './redis.roles.js';
import { openRole, openRoleAt, type RoleClient } from './role-client.js';
import { RoleCluster } from './role-cluster.js';
import type { RoleRedis, RoleRedisOptions } from './role-redis.js';

const CLOSE_TIMEOUT_MS = 1000;

/** Everything that one role has open; whoever injects it may use that role and no other. */
export class RoleConnections {
  /** Shared connection of the request path: fails fast, never queues. */
  readonly commands: RoleClient;
  /** Every connection to a server, those of a Cluster's nodes and clones included. */
  readonly #open = new Set<RoleRedis>();
  readonly #clusters = new Set<RoleClient>();
  readonly #hearings: Hearing[] = [];

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
   * Opens a further connection of this role, for a subscriber, a blocking reader or another database (a Cluster has one
   * alone); closed with the module.
   */
  open(purpose: string, options: RedisOptions, db = this.config.db): RoleClient {
    const client = openRole(this.config, `${this.role}:${purpose}`, { ...this.#settings(options), db });
    if (client.isCluster) {
      this.#clusters.add(client);
      client.once('end', () => this.#clusters.delete(client));
    }
    return client;
  }

  /** Opens a further connection for work on one key alone: on a Cluster to the node that serves it, wherever that goes. */
  openAt(key: string, purpose: string, options: RedisOptions): RoleRedis {
    return openRoleAt(key, this.config, `${this.role}:${purpose}`, this.#settings(options));
  }

  /** A connection of the request path for work on one key alone: what INFO says on it is said of the server that has it. */
  commandsAt(key: string, purpose: string): RoleClient {
    return this.commands.isCluster ? this.openAt(key, purpose, REQUEST_PATH) : this.commands;
  }

  /** Opens a subscriber of sharded channels in the slot of `key`, which is looked after: {@link Hearing}. */
  openSubscriber(key: string, purpose: string): RoleRedis {
    const subscriber = this.openAt(key, purpose, SUBSCRIBER);
    this.#hearings.push(new Hearing(subscriber, this.commands));
    return subscriber;
  }

  /** True while a subscriber of the role does not hear what it is subscribed to. */
  get isDeaf(): boolean {
    return this.#hearings.some(({ isDeaf }) => isDeaf);
  }

  /**
   * What INFO says of each server that the role writes to: of one, or of every master of a Cluster.
   * @throws the first failure
   */
  async infoOfServers(section: string): Promise<string[]> {
    const { commands } = this;
    if (!(commands instanceof RoleCluster)) return [await commands.info(section)];
    return Promise.all(commands.nodes('master').map((node) => node.info(section)));
  }

  /** Opens a further connection to one node of the role's Cluster, whatever it serves. */
  openNode({ host, port }: RedisHost, purpose: string, options: RedisOptions): RoleRedis {
    const node: RedisRoleConfig = { ...this.config, place: { kind: 'single', host, port } };
    return openRoleAt(undefined, node, `${this.role}:${purpose}`, this.#settings(options));
  }

  #settings(options: RedisOptions): RoleRedisOptions {
    return {
      ...options,
      naboomRole: this.role,
      onOpen: (connection) => {
        this.#open.add(connection);
        connection.once('end', () => this.#open.delete(connection));
      },
    };
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
    for (const hearing of this.#hearings) hearing.stop();
    // A Cluster whose connections end one by one would connect anew.
    await Promise.all([...this.#clusters].map(closeConnection));
    await Promise.all([...this.#open].map(closeConnection));
  }
}

async function closeConnection(connection: RoleClient): Promise<void> {
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
