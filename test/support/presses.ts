import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** One press, and what became of it. */
export interface LedgerEntry {
  readonly key: string;
  /** When it was pressed, ms. */
  readonly pressedAt: number;
  /** When it was answered by 2xx, ms. */
  acceptedAt?: number;
  /** Every id that answers named: two are a press that became two alerts. */
  readonly ids: Set<string>;
  stored?: 'postgres' | 'redis';
}

const PHONE_WAITS_MS = 5000;
const PHONE_TRIES_AGAIN_MS = 500;

/**
 * Presses as phones do: each with its key, again and again until it is answered by 2xx, at another node each time. The
 * ledger of it stands outside the system.
 */
export class Presses {
  readonly entries: LedgerEntry[] = [];
  /** How often each answer came: a status, or `none` where the connection failed. */
  readonly answers = new Map<string, number>();
  /** The longest that a phone waited for one answer, or for a connection that failed, ms. */
  slowestMs = 0;
  readonly #open = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(private readonly urls: readonly string[]) {}

  /** Presses this many times a second until {@link stop}. */
  start(perSecond: number): void {
    this.#timer = setInterval(() => this.press(), 1000 / perSecond);
  }

  press(body: object = {}): LedgerEntry {
    const entry: LedgerEntry = { key: randomUUID(), pressedAt: Date.now(), ids: new Set() };
    this.entries.push(entry);
    const answered = this.#untilAccepted(entry, body).finally(() => this.#open.delete(answered));
    this.#open.add(answered);
    return entry;
  }

  /** Presses no more, and waits until every press is answered, or gives up after `withinMs`. */
  async stop(withinMs = 30_000): Promise<void> {
    clearInterval(this.#timer);
    const late = setTimeout(() => (this.#ended = true), withinMs);
    await Promise.all(this.#open);
    clearTimeout(late);
  }

  get accepted(): readonly LedgerEntry[] {
    return this.entries.filter(({ acceptedAt }) => acceptedAt !== undefined);
  }

  async #untilAccepted(entry: LedgerEntry, body: object): Promise<void> {
    for (let attempt = this.entries.length; !this.#ended; attempt += 1) {
      if (await this.#post(this.urls[attempt % this.urls.length]!, entry, body)) return;
      await delay(PHONE_TRIES_AGAIN_MS);
    }
  }

  async #post(url: string, entry: LedgerEntry, body: object): Promise<boolean> {
    const asked = Date.now();
    try {
      const response = await fetch(`${url}/api/v1/emergency/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': entry.key },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PHONE_WAITS_MS),
      });
      this.#count(String(response.status));
      const { id, stored } = (await response.json()) as { id: string; stored: LedgerEntry['stored'] };
      if (!response.ok) {
        if (response.status === 503 && !response.headers.has('retry-after')) this.#count('503 without Retry-After');
        return false;
      }
      entry.ids.add(id);
      entry.acceptedAt ??= Date.now();
      if (stored) entry.stored ??= stored;
      return true;
    } catch {
      this.#count('none');
      return false;
    } finally {
      this.slowestMs = Math.max(this.slowestMs, Date.now() - asked);
    }
  }

  #count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }
}
