import { Logger } from '@nestjs/common';
import type { DurableReader } from './durable-reader.js';
import { CursorMoved } from './log-cursors.js';
import { pause } from '../pause.js';

const RETRY_MS = 250;

/** Brings one durable reader up to the head of the log, one step at a time, as often as the head moves. */
export class ReaderRun {
  readonly #logger = new Logger('LogFollower');
  #head = 0;
  #isDue = true;
  #wake: (() => void) | undefined;
  #failing = false;

  constructor(private readonly reader: DurableReader) {}

  /** The last entry that the log is known to have. */
  get head(): number {
    return this.#head;
  }

  /** These entries are in the streams, so the log reaches at least to the last of them. */
  heard(seqs: readonly number[]): void {
    this.reader.heard?.(seqs);
    this.reach(seqs.reduce((latest, seq) => Math.max(latest, seq), 0));
  }

  /** The log reaches to `head`; the same head again lets the reader look after what waits. */
  reach(head: number): void {
    this.#head = Math.max(this.#head, head);
    this.#isDue = true;
    this.#wake?.();
  }

  /** Runs until `signal` aborts. Rejects with CursorMoved when the reader stands elsewhere. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake?.(), { once: true });
    while (!signal.aborted) {
      this.#isDue = false;
      await this.#advance(signal);
      if (!this.#isDue && !signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    await this.reader.save().catch(() => undefined); // what is not saved is done twice
  }

  async #advance(signal: AbortSignal): Promise<void> {
    try {
      await this.reader.advance(this.#head);
      this.#failing = false;
    } catch (error) {
      if (error instanceof CursorMoved) throw error;
      const { cursor } = this.reader;
      if (!this.#failing) this.#logger.warn({ cursor, reason: nameOf(error) }, 'entries wait for a retry');
      this.#failing = true;
      this.#isDue = true;
      await pause(RETRY_MS, signal);
    }
  }
}

function nameOf(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string };
  return code ?? name ?? 'error';
}
