import { pause } from '../pause.js';
import { keys } from '../redis/redis.keys.js';
import { BLOCKING_READER } from '../redis/redis.options.js';
import type { RoleConnections } from '../redis/role-connections.js';
import { Waiters } from '../waiters.js';
import type { PendingStream } from './pending-stream.js';
import { readEntries } from './pending-stream.js';
import { isBefore, type ProvisionalAlert, type ProvisionalAlerts } from './provisional-alerts.js';

/** Shorter than the connection's socketTimeout, which is what notices a hung server. */
const BLOCK_MS = 1000;
/** Told at once: more, and a socket that reads would look like a slow one. */
const READ_COUNT = 100;
const RETRY_MS = 250;
const SETTLE_MS = 500;

/** Hears of provisional alerts; it must not throw. */
export interface ProvisionalListener {
  /** What is known of alerts that are not in the log yet, each once: they are new, or something was added. */
  readonly onProvisional: (alerts: readonly ProvisionalAlert[]) => void;
  /** Redis has it no more, and the log has not told of it: it turned out to be another alert's, or Redis lost it. */
  readonly onSettled: (alert: ProvisionalAlert) => void;
}

/** Follows the presses that Redis takes, in every process that has sockets or answers presses. */
export class PendingTail {
  readonly #stopping = new AbortController();
  #listener: ProvisionalListener = { onProvisional: () => undefined, onSettled: () => undefined };
  #position = '0-0';
  #settledAt = 0;
  #following = Promise.resolve();
  readonly #waiters = new Waiters();

  constructor(
    private readonly redis: RoleConnections,
    private readonly stream: Pick<PendingStream, 'oldest'>,
    private readonly alerts: ProvisionalAlerts,
  ) {}

  start(): void {
    this.#following = this.#follow(this.#stopping.signal);
  }

  listen(listener: ProvisionalListener): void {
    this.#listener = listener;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#following;
  }

  /** Resolves true once a press is known here, false when it is not within `timeoutMs`. */
  async reached(pressId: string, timeoutMs: number): Promise<boolean> {
    return this.#waiters.until(() => !isBefore(this.#position, pressId), timeoutMs);
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const reader = this.redis.openAt(keys.pending(), 'pending', BLOCKING_READER);
    signal.addEventListener('abort', () => reader.disconnect(), { once: true });
    while (!signal.aborted) {
      try {
        const reply = await reader.xread(
          'COUNT',
          READ_COUNT,
          'BLOCK',
          BLOCK_MS,
          'STREAMS',
          keys.pending(),
          this.#position,
        );
        this.#take(reply?.[0]?.[1] ?? []);
        await this.#settle();
      } catch {
        // The connection reports its failure itself; what was taken meanwhile comes with the next read.
        await pause(RETRY_MS, signal);
      }
    }
  }

  #take(added: [id: string, fields: string[]][]): void {
    const changed = new Map<string, ProvisionalAlert>();
    for (const { id, press } of readEntries(added)) {
      const provisional = press && this.alerts.add(press);
      if (provisional) changed.set(provisional.alert.id, provisional);
      this.#position = id;
    }
    if (changed.size > 0) this.#listener.onProvisional([...changed.values()]);
    this.#waiters.look();
  }

  /** The stream does not tell what is taken out of it; whoever stores it takes the oldest first. */
  async #settle(): Promise<void> {
    if (performance.now() - this.#settledAt < SETTLE_MS) return;
    const [oldest] = await this.stream.oldest(1);
    this.#settledAt = performance.now();
    for (const alert of this.alerts.settle(oldest?.id)) this.#listener.onSettled(alert);
    if (oldest?.press && this.#hasPassed(oldest.id)) this.#position = '0-0';
  }

  /**
   * Whether a press stands before the position and is not known: for want of room, or because an emptied Redis, or the
   * replica that took its place, has a clock that is behind and began anew with earlier ids.
   */
  #hasPassed(id: string): boolean {
    return this.alerts.hasRoom && !isBefore(this.#position, id) && this.alerts.outcomeOf(id) === undefined;
  }
}
