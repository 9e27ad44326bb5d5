import { createConnection, isIP } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';
import type { RedisHost, RedisPlace } from '../config/redis-place.js';
import { pause } from '../pause.js';
import { within } from '../time-limit.js';
import { readClusterMap } from './cluster-map.js';
import { slotOf as slotOfKey } from './cluster-slot.js';
import { classifyRedisError, scrubRedisError } from './redis-error.js';

const ANSWER_MS = 1000;

const ONE_QUESTION: RedisOptions = {
  disableClientInfo: true,
  enableReadyCheck: false,
  lazyConnect: true,
  disconnectTimeout: 0,
  connectTimeout: ANSWER_MS,
  retryStrategy: () => null,
};

type Stream = AbstractConnector['stream'];
type Emit = Parameters<AbstractConnector['connect']>[0];

/** What the connector reads from the options of its connection, beside ioredis' own. */
interface SlotOptions extends RedisOptions {
  readonly clusterNodes: readonly RedisHost[];
  /** A key or channel of the slot; without it any node will do. */
  readonly slotOf?: string;
}

/**
 * Options of a plain connection that works in one slot of a Cluster: at each (re)connect it asks who serves the slot.
 * For whom one slot is enough (BullMQ, the Socket.IO adapter) it keeps all that an ordinary connection promises.
 * @param slotOf a key or channel of that slot; without it any node will do
 */
export function slotOptions(place: Extract<RedisPlace, { kind: 'cluster' }>, slotOf?: string): RedisOptions {
  const options: SlotOptions = {
    Connector: SlotConnector,
    clusterNodes: place.nodes,
    ...(slotOf === undefined ? {} : { slotOf }),
    // The command was not done. Sent again it might be one of a transaction whose others were; so its caller decides.
    reconnectOnError: ({ message }) => message.startsWith('MOVED '),
  };
  return options;
}

/** Finds the server to connect to. ioredis makes one for each connection, and calls `connect` at each attempt. */
class SlotConnector extends AbstractConnector {
  readonly #options: SlotOptions;
  #nodes: readonly RedisHost[];
  #turn = 0;
  #attempt: AbortController | undefined;

  constructor(options: unknown) {
    super((options as SlotOptions).disconnectTimeout ?? 0);
    this.#options = options as SlotOptions;
    this.#nodes = this.#options.clusterNodes;
  }

  override async connect(emit: Emit): Promise<Stream> {
    this.connecting = true;
    const { signal } = (this.#attempt = new AbortController());
    const owner = await this.#find(emit, signal);
    const { tls } = this.#options;
    this.stream = tls ? connectTls(withServerName({ ...owner, ...tls })) : createConnection(owner);
    this.stream.once('error', (error: Error) => (this.firstError = error));
    return this.stream;
  }

  override disconnect(): void {
    this.#attempt?.abort();
    super.disconnect();
  }

  /** Asks until somebody knows: for ioredis, a `connect` that rejects is the end of the connection. */
  async #find(emit: Emit, signal: AbortSignal): Promise<RedisHost> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await this.#askAll(signal);
      // The words by which ioredis knows a connection that was closed meanwhile.
      if (signal.aborted) throw new Error('Connection is closed.');
      if ('host' in found) return found;
      const retryMs = this.#options.retryStrategy?.(attempt);
      if (typeof retryMs !== 'number') throw found.error;
      emit('error', found.error);
      await pause(retryMs, signal);
    }
  }

  /**
   * Another node is the first each time: one that is cut off from the others goes on to tell what was. Where nobody knows
   * and one refuses the password, it is that one: ioredis' own login is refused there too, and its next attempt has another
   * password. This attempt keeps the one that it began with.
   */
  async #askAll(signal: AbortSignal): Promise<RedisHost | { error: Error }> {
    const nodes = this.#nodes;
    this.#turn += 1;
    let error = new Error('CLUSTERDOWN nobody serves the slot');
    let refusing: RedisHost | undefined;
    for (let index = 0; index < nodes.length && !signal.aborted; index += 1) {
      const node = nodes[(index + this.#turn) % nodes.length]!;
      try {
        const owner = await this.#ask(node);
        if (owner) return owner;
      } catch (cause) {
        error = cause as Error;
        if (classifyRedisError(error).code === 'REDIS_WRONGPASS') refusing = node;
      }
    }
    return refusing ?? { error };
  }

  async #ask(node: RedisHost): Promise<RedisHost | undefined> {
    const { username, password, tls, slotOf } = this.#options;
    const asking = new Redis({
      ...node,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...(tls ? { tls: withServerName({ ...node, ...tls }) } : {}),
      ...ONE_QUESTION,
      connectionName: this.#options.connectionName,
    });
    let failure: Error | undefined;
    asking.on('error', (error: Error) => (failure = error));
    try {
      const map = readClusterMap(await within(ANSWER_MS, asking.cluster('SLOTS')), node);
      this.#nodes = merged(this.#options.clusterNodes, [...map.masters, ...map.replicas]);
      return slotOf === undefined ? node : map.ownerOf(slotOfKey(slotOf));
    } catch (error) {
      // The command knows only that the connection is closed; the connection knows why.
      const reason = failure ?? error;
      scrubRedisError(reason);
      throw reason;
    } finally {
      asking.disconnect();
    }
  }
}

/** ioredis sends no server name by itself; a node that has a name in the Cluster has a certificate for it. */
function withServerName<T extends ConnectionOptions>(options: T): T {
  const { host } = options;
  return options.servername !== undefined || host === undefined || isIP(host)
    ? options
    : { ...options, servername: host };
}

/** Those that are configured, and those that were heard of. */
function merged(configured: readonly RedisHost[], heard: readonly RedisHost[]): RedisHost[] {
  const all = [...configured, ...heard].map(({ host, port }) => [`${host} ${port}`, { host, port }] as const);
  return [...new Map(all).values()];
}
