import { inspect } from 'node:util';
import { Cluster, type ChainableCommander, type ClusterOptions, type Command, type RedisOptions } from 'ioredis';
import type { RedisHost } from '../config/redis-place.js';
import { classifyRedisError, scrubRedisError, type RedisFailure } from './redis-error.js';
import type { RedisRoleName } from './redis.roles.js';
import { RoleRedis, type RoleRedisOptions } from './role-redis.js';
import type { Verdicts } from './role-login.js';
import { splitPipeline } from './split-pipeline.js';

export interface RoleClusterOptions extends RoleRedisOptions {
  /** Some of its nodes, which know the others. */
  readonly clusterNodes: readonly RedisHost[];
}

type Duplicate<O extends ClusterOptions | undefined> = ReturnType<typeof Cluster.prototype.duplicate<O>>;
type Sent = ReturnType<Cluster['sendCommand']>;
type Pool = { createRedisFromOptions(node: RedisOptions, readOnly: boolean): RoleRedis };

/** A command may be sent to so many further nodes; each time it is known that the last one did not do it. */
const MAX_REDIRECTIONS = 8;
const SLOTS_ANSWER_MS = 1000;

/**
 * A role's connections to all nodes of a Cluster, as one client: commands go to the node that serves their key. Beyond
 * ioredis' Cluster:
 * - each node's connection is a {@link RoleRedis} and keeps its promises: its errors are clean, its rejections are heard, it
 *   checks who it is, and it is reported to `onOpen`, as the Cluster itself is not;
 * - a command that was cut off is never sent twice, and while the Cluster cannot be reached it fails at once;
 * - `pipeline()` may hold keys of several nodes.
 */
export class RoleCluster extends Cluster {
  readonly naboomRole: RedisRoleName | 'admin';
  /** The last failure of the Cluster as a whole, until it is ready again. */
  lastFailure: RedisFailure | undefined;
  readonly #settings: RoleClusterOptions;
  /** By node: its connections are made for one attempt each. */
  readonly #verdicts = new Map<string, Verdicts>();

  constructor(settings: RoleClusterOptions) {
    const { naboomRole, onOpen, clusterNodes, lazyConnect, retryStrategy, ...options } = settings;
    super(
      clusterNodes.map(({ host, port }) => ({ host, port })),
      {
        lazyConnect: true,
        clusterRetryStrategy: (attempt) => retryStrategy?.(attempt) ?? null,
        // Commands wait for a node that is being connected, within their own time limit; not for the Cluster, see sendCommand.
        enableOfflineQueue: true,
        // ioredis would send once more what was cut off: it may have been done.
        retryDelayOnFailover: 0,
        maxRedirections: MAX_REDIRECTIONS,
        slotsRefreshTimeout: SLOTS_ANSWER_MS,
        // Names stay names: certificates are made out to them.
        dnsLookup: (host, found) => found(null, host),
        redisOptions: { ...options, replyMapping: 'legacy' },
      },
    );
    this.naboomRole = naboomRole;
    this.#settings = settings;
    this.#makeNodesOurs({ naboomRole, ...(onOpen ? { onOpen } : {}) });
    this.on('error', (error: unknown) => (this.lastFailure = reasonOf(error)));
    this.on('ready', () => (this.lastFailure = undefined));
    this.#noticeThatItIsDown();
    if (!lazyConnect) this.connect().catch(ignore);
  }

  override sendCommand(command: Command, stream?: Parameters<Cluster['sendCommand']>[1], node?: unknown): Sent {
    // CLUSTER is how it finds out whether it is ready.
    if (this.status !== 'ready' && this.status !== 'wait' && command.name !== 'cluster') {
      command.reject(new Error("Cluster isn't ready and enableOfflineQueue options is false"));
      command.promise.catch(ignore);
      return command.promise;
    }
    const sent = super.sendCommand(command, stream, node as never) as Sent;
    if (sent instanceof Promise) sent.catch(scrubRedisError);
    return sent;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'error' || event === 'node error') scrubRedisError(args[0]);
    return super.emit(event, ...args);
  }

  override pipeline(): ChainableCommander {
    return splitPipeline(this);
  }

  override async quit(): Promise<'OK'> {
    // What was never used would be connected for the sake of a goodbye.
    for (const node of this.nodes()) if (node.status === 'wait') node.disconnect();
    return super.quit();
  }

  override duplicate<O extends ClusterOptions | undefined = undefined>(): Duplicate<O> {
    const clone = new RoleCluster({ ...this.#settings, lazyConnect: false });
    // ioredis types a clone by its reply mapping; ours never changes it.
    return clone as unknown as Duplicate<O>;
  }

  toJSON(): object {
    return { role: this.naboomRole, name: this.#settings.connectionName, cluster: true, status: this.status };
  }

  [inspect.custom](): object {
    return this.toJSON();
  }

  /** A Cluster that does not serve all slots is asked for them, answers, and is left again without a word. */
  #noticeThatItIsDown(): void {
    let asked = false;
    this.on('connect', () => (asked = true));
    this.on('ready', () => (asked = false));
    this.on('close', () => {
      if (asked) this.lastFailure = classifyRedisError(new Error('CLUSTERDOWN'));
      asked = false;
    });
  }

  /** ioredis makes the connections of nodes by a method of its pool, and offers no other way to choose their class. */
  #makeNodesOurs(ours: Pick<RoleRedisOptions, 'naboomRole' | 'onOpen'>): void {
    const pool = (this as unknown as { connectionPool: Pool }).connectionPool;
    const { clusterNodes: _, naboomRole: __, onOpen: ___, ...options } = this.#settings;
    pool.createRedisFromOptions = (node, readOnly) =>
      new RoleRedis({
        ...options,
        ...node,
        // A node that is lost is not connected again: the next command learns who serves its slot now.
        retryStrategy: () => null,
        enableOfflineQueue: true,
        readOnly,
        lazyConnect: true,
        db: 0,
        verdicts: this.#verdictsOf(`${node.host}:${node.port}`),
        ...ours,
      });
  }

  #verdictsOf(node: string): Verdicts {
    const verdicts = this.#verdicts.get(node) ?? { refused: new Set() };
    this.#verdicts.set(node, verdicts);
    return verdicts;
  }
}

/** Of a Cluster that nobody tells of, ioredis reports the last node's reason beside the error. */
function reasonOf(error: unknown): RedisFailure {
  const last = (error as { lastNodeError?: unknown } | undefined)?.lastNodeError;
  return classifyRedisError(last ?? error);
}

function ignore(): void {
  // The reason is told by the error event, or to the caller.
}
