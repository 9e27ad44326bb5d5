/** A row of `directory_changes`; times are those of Postgres, ms. */
export interface RecordedChange {
  readonly id: number;
  readonly at: number;
  readonly userId: string | null;
  readonly sessionId: string | null;
}

/** Something that was read at `readAt` (ms, time of Postgres) and depends on this session, or API key, and its user. */
export interface Remembered {
  readonly readAt: number;
  /** None has an API key. */
  readonly userId?: string;
  readonly sessionId: string;
}

/** Rows become visible when their transaction commits, neither in order of `id` nor of `at`: look back so far, ms. */
const OVERLAP_MS = 30_000;
/** Between `at` and the commit another node may have read, and kept, what was before. */
const COMMIT_MS = 10_000;
/** Longer than any copy in Redis lives. */
const KEEP_MS = 25 * 3_600_000;
/** At the start, what is older than this has nobody left who could have read what was before. */
const START_MS = 60_000;
const FORGET_EVERY_MS = 3_600_000;

/** What one process knows of the changes of the last day. */
export class RecentChanges {
  readonly #seen = new Map<number, number>();
  readonly #users = new Map<string, number>();
  readonly #sessions = new Map<string, number>();
  #from: number | undefined;
  #forgotAt = 0;

  /** From where to read, ms; undefined before the first read, which takes a day. */
  get from(): number | undefined {
    return this.#from;
  }

  /**
   * Takes what a read at `now` found.
   * @returns those that are news
   */
  add(now: number, found: readonly RecordedChange[]): RecordedChange[] {
    const oldest = this.#from === undefined ? now - START_MS : -Infinity;
    const fresh = found.filter(({ id }) => !this.#seen.has(id));
    for (const { at, userId, sessionId } of fresh) {
      if (userId) this.#users.set(userId, Math.max(at, this.#users.get(userId) ?? 0));
      if (sessionId) this.#sessions.set(sessionId, at);
    }
    this.#from = now - OVERLAP_MS;
    for (const { id, at } of fresh) this.#seen.set(id, at);
    this.#forget(now);
    return fresh.filter(({ at }) => at > oldest);
  }

  /** True when nothing of it changed since, as far as the process knows; before the first read it knows nothing. */
  isCurrent({ readAt, userId, sessionId }: Remembered): boolean {
    if (this.#from === undefined) return false;
    const userChanged = userId === undefined ? 0 : (this.#users.get(userId) ?? 0);
    const changed = Math.max(userChanged, this.#sessions.get(sessionId) ?? 0);
    return readAt > changed + COMMIT_MS;
  }

  #forget(now: number): void {
    for (const [id, at] of this.#seen) if (at <= this.#from!) this.#seen.delete(id);
    if (now - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = now;
    for (const map of [this.#users, this.#sessions]) {
      for (const [id, at] of map) if (at < now - KEEP_MS) map.delete(id);
    }
  }
}
