import type { AlertReader } from '../alerts/alert-reader.js';
import type { AlertStream } from '../alerts/alert-stream.js';
import type { Clock } from '../clock.js';
import type { DurableReader } from './durable-reader.js';
import { LazyCursor } from './lazy-cursor.js';
import type { LogCursors } from './log-cursors.js';

/** The node that committed an entry is about to add it; only what is late is missing. */
const SETTLE_MS = 1000;
/** Entries of one look into the log. */
const PAGE = 500;
/** Entries heard of behind a missing one. What is forgotten beyond it is added twice, which the streams allow. */
const MAX_HEARD = 10_000;

interface Parts {
  readonly reader: Pick<AlertReader, 'after'>;
  readonly stream: Pick<AlertStream, 'add'>;
  readonly cursors: Pick<LogCursors, 'advance'>;
  readonly clock: Clock;
}

/**
 * Adds to the Redis streams what they lack, so that outside consumers of them miss nothing. Reads the log only where
 * the streams have a gap. Has a cursor of its own, because it waits for Redis while deliveries do not.
 */
export class StreamBackfill implements DurableReader {
  readonly cursor = 'streams';
  readonly #at: LazyCursor;
  /** What the streams are known to have, after the position. */
  readonly #heard = new Set<number>();
  /** Where the streams lack the next entry, and since when. */
  #gap = { after: -1, since: 0 };

  constructor(private readonly parts: Parts) {
    this.#at = new LazyCursor(parts.cursors, this.cursor);
  }

  start(seq: number): void {
    this.#at.start(seq);
    this.#heard.clear();
  }

  heard(seqs: readonly number[]): void {
    for (const seq of seqs) {
      if (this.#heard.size >= MAX_HEARD) this.#heard.clear();
      if (seq > this.#at.position) this.#heard.add(seq);
    }
  }

  async advance(head: number): Promise<void> {
    await this.#at.moveTo(this.#pass(this.#at.position));
    if (this.#at.position >= head || !this.#isGapSettled()) return;
    while (this.#at.position < head && (await this.#fillGap(this.#at.position)));
  }

  async save(): Promise<void> {
    await this.#at.save();
  }

  /** The last entry after `position` up to which the streams have all. */
  #pass(position: number): number {
    let at = position;
    while (this.#heard.delete(at + 1)) at += 1;
    return at;
  }

  /** Nodes publish side by side: most gaps close by themselves, and the log need not be read for them. */
  #isGapSettled(): boolean {
    const { position } = this.#at;
    if (this.#gap.after !== position) this.#gap = { after: position, since: performance.now() };
    return performance.now() - this.#gap.since >= SETTLE_MS;
  }

  /** False when there is nothing to add yet. */
  async #fillGap(after: number): Promise<boolean> {
    const entries = await this.parts.reader.after(after, PAGE);
    const latest = this.parts.clock.now().getTime() - SETTLE_MS;
    const young = entries.findIndex(({ at }) => Date.parse(at) > latest);
    const settled = young < 0 ? entries : entries.slice(0, young);
    if (settled.length === 0) return false;
    await this.parts.stream.add(settled.filter(({ seq }) => !this.#heard.has(seq)));
    for (const { seq } of settled) this.#heard.delete(seq);
    await this.#at.moveTo(this.#pass(settled.at(-1)!.seq));
    return true;
  }
}
