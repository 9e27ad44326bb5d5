import { Logger } from '@nestjs/common';
import { classifyRedisError, type RedisErrorCode } from '../redis/redis-error.js';
import { channels, keys } from '../redis/redis.keys.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { within } from '../time-limit.js';
import type { LogEntry } from './alert.js';
import { jsonOf, responderMessageJson } from './alert-json.js';
import type { AlertStream } from './alert-stream.js';

/** A panic's answer waits at most this long for the streams. */
const ANSWER_WAIT_MS = 250;
const CACHED_ALERT_SECONDS = 3600;

/** The role connections that an alert goes out by, each for its own part. */
export interface PublisherRoles {
  readonly app: RoleConnections;
  readonly websocket: RoleConnections;
}

/** Makes committed entries known in Redis: fast, best effort. Nothing depends on it but speed. */
export class AlertPublisher {
  /** By entry, whether it was added in time. */
  readonly #added = new WeakMap<LogEntry, Promise<boolean>>();
  /** How often committed events did not get there since this process started. */
  readonly failures = { streams: 0, broadcast: 0, cache: 0 };
  readonly #logger = new Logger('AlertPublisher');
  #failing: RedisErrorCode | undefined;

  constructor(
    private readonly stream: AlertStream,
    private readonly roles: PublisherRoles,
  ) {}

  /** Starts publishing; never throws and waits for nothing. */
  publish(entries: readonly LogEntry[]): void {
    const added = this.stream.add(entries).then(
      () => this.#succeeded(),
      (error: unknown) => this.#failed(error),
    );
    // One clock for the whole batch: its answers wait together.
    const inTime = within(ANSWER_WAIT_MS, added).catch(() => false);
    for (const entry of entries) this.#added.set(entry, inTime);
    // Their failures show in the health of the roles; each is retried by the next alert, not by us.
    void this.#broadcast(entries).catch(() => (this.failures.broadcast += 1));
    void this.#cache(entries).catch(() => (this.failures.cache += 1));
  }

  /** Whether the entry is in the streams, so that every node has it at once; answers within 250 ms. */
  async isLive(entry: LogEntry | undefined): Promise<boolean> {
    return (entry && this.#added.get(entry)) ?? this.stream.isUp;
  }

  async #broadcast(entries: readonly LogEntry[]): Promise<void> {
    const pipeline = this.roles.websocket.commands.pipeline();
    for (const entry of entries) pipeline.publish(channels.broadcast(), responderMessageJson(entry));
    throwFirst(await pipeline.exec());
  }

  async #cache(entries: readonly LogEntry[]): Promise<void> {
    const latest = new Map(entries.map(({ alert }) => [alert.id, alert]));
    const pipeline = this.roles.app.commands.pipeline();
    for (const alert of latest.values()) {
      pipeline.set(keys.cachedAlert(alert.id), jsonOf(alert), 'EX', CACHED_ALERT_SECONDS);
    }
    throwFirst(await pipeline.exec());
  }

  #succeeded(): boolean {
    if (this.#failing) this.#logger.log('alerts reach the Redis streams again');
    this.#failing = undefined;
    return true;
  }

  #failed(error: unknown): boolean {
    this.failures.streams += 1;
    const { code, message } = classifyRedisError(error);
    if (code !== this.#failing) this.#logger.warn({ code }, `alerts are stored but late on other nodes: ${message}`);
    this.#failing = code;
    return false;
  }
}

function throwFirst(replies: [error: Error | null, reply: unknown][] | null): void {
  for (const [error] of replies ?? []) if (error) throw error;
}
