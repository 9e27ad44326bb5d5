import type { PoolClient } from 'pg';
import type { Database } from '../database/database.js';
import { Logger } from '../observability/nest-log.js';
import { pause } from '../pause.js';
import type { DirectoryChange } from './directory-change.js';
import { RecentChanges, type RecordedChange, type Remembered } from './recent-changes.js';

const POLL_MS = 1000;

/**
 * Tells a process what changed in the directory of people, wherever it was changed. Postgres is asked each second, so
 * that nothing hangs on Redis; {@link pollNow} is for whoever hears of a change sooner.
 */
export class DirectoryChanges {
  readonly #recent = new RecentChanges();
  readonly #listeners = new Set<(change: DirectoryChange) => void>();
  readonly #writeListeners = new Set<() => void>();
  readonly #stop = new AbortController();
  readonly #logger = new Logger('DirectoryChanges');
  #running: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #failing = false;

  constructor(private readonly database: Database) {}

  start(): void {
    void this.#run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Calls `listener` once for each change that this process learns of. It must not throw. */
  onChange(listener: (change: DirectoryChange) => void): void {
    this.#listeners.add(listener);
  }

  /** Calls `listener` after this process has changed something: who can reach other nodes tells them to poll. */
  onWrite(listener: () => void): void {
    this.#writeListeners.add(listener);
  }

  /** Runs `work`, which records its changes, in a transaction; afterwards this process has heard of them. */
  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const result = await this.database.transaction(work);
    await this.pollNow();
    for (const listener of this.#writeListeners) listener();
    return result;
  }

  /** Reads what is new; what was committed before the call is known afterwards. Never rejects. */
  pollNow(): Promise<void> {
    if (!this.#running) {
      this.#running = this.#poll().finally(() => (this.#running = undefined));
      return this.#running;
    }
    // One that is under way may have looked before the commit.
    this.#following ??= this.#running.then(() => {
      this.#following = undefined;
      return this.pollNow();
    });
    return this.#following;
  }

  /** False when it may have changed since it was read: a copy in Redis outlives a revocation while Redis is away. */
  isCurrent(remembered: Remembered): boolean {
    return this.#recent.isCurrent(remembered);
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.pollNow();
      await pause(POLL_MS, signal);
    }
  }

  async #poll(): Promise<void> {
    try {
      const { rows } = await this.database.query<{ now: number; changes: RecordedChange[] }>({
        name: 'read-directory-changes',
        text: `select (extract(epoch from now()) * 1000)::float8 as now,
                      coalesce((select json_agg(json_build_object('id', id, 'at', extract(epoch from at) * 1000,
                                                                  'userId', user_id, 'sessionId', session_id) order by id)
                                  from directory_changes
                                 where at > coalesce(to_timestamp($1::float8 / 1000), now() - interval '25 hours')),
                               '[]') as changes`,
        values: [this.#recent.from ?? null],
      });
      this.#failing = false;
      const { now, changes } = rows[0]!;
      for (const change of this.#recent.add(now, changes)) this.#tell(change);
    } catch (error) {
      if (!this.#failing) this.#logger.warn({ err: error }, 'changes of people and areas wait for Postgres');
      this.#failing = true;
    }
  }

  #tell({ userId, sessionId }: RecordedChange): void {
    const change = { ...(userId ? { userId } : {}), ...(sessionId ? { sessionId } : {}) };
    for (const listener of this.#listeners) listener(change);
  }
}
