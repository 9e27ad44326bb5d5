import { Logger } from '@nestjs/common';
import type { DurableReader } from './durable-reader.js';
import { CursorMoved } from './log-cursors.js';
import { ReaderRun } from './reader-run.js';

/** A reader whose steps end when the test says so. */
class SteppedReader implements DurableReader {
  readonly cursor = 'streams';
  readonly heardOf: number[] = [];
  /** The heads of all steps that have begun. */
  readonly heads: number[] = [];
  saves = 0;
  saveError: Error | undefined;
  #end: ((error?: Error) => void) | undefined;
  #begun: (() => void) | undefined;

  start(): void {}

  heard(seqs: readonly number[]): void {
    this.heardOf.push(...seqs);
  }

  advance(head: number): Promise<void> {
    this.heads.push(head);
    const step = new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error ? reject(error) : resolve());
    });
    this.#begun?.();
    return step;
  }

  async save(): Promise<void> {
    this.saves += 1;
    if (this.saveError) throw this.saveError;
  }

  /** Ends the step under way. */
  end(error?: Error): void {
    this.#end!(error);
  }

  /** Resolves when step number `count` has begun. */
  async begun(count: number): Promise<void> {
    while (this.heads.length < count) await new Promise<void>((resolve) => (this.#begun = resolve));
  }
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

let reader: SteppedReader;
let run: ReaderRun;
let stop: AbortController;

beforeEach(() => {
  reader = new SteppedReader();
  run = new ReaderRun(reader);
  stop = new AbortController();
});
beforeAll(() => Logger.overrideLogger(false));

describe('the run of a reader', () => {
  it('takes one step at a time, and the next one for all that came meanwhile', async () => {
    const ended = run.run(stop.signal);
    await reader.begun(1);
    run.reach(3);
    run.heard([5, 4]);
    await turn();
    expect(reader.heads).toEqual([0]);
    reader.end();
    await reader.begun(2);
    expect(reader.heads).toEqual([0, 5]);
    expect(reader.heardOf).toEqual([5, 4]);
    reader.end();
    stop.abort();
    await ended;
  });

  it('rests when nothing is new, and looks again when told so even at the same head', async () => {
    const ended = run.run(stop.signal);
    await reader.begun(1);
    run.reach(7);
    reader.end();
    await reader.begun(2);
    reader.end();
    await turn();
    expect(reader.heads).toEqual([0, 7]);
    run.reach(7);
    await reader.begun(3);
    expect(reader.heads.at(-1)).toBe(7);
    reader.end();
    stop.abort();
    await ended;
  });

  it('never takes the head back', () => {
    run.reach(9);
    run.heard([2]);
    run.reach(4);
    expect(run.head).toBe(9);
  });

  it('ends at once when it rests, and writes its cursor down', async () => {
    const ended = run.run(stop.signal);
    await reader.begun(1);
    reader.end();
    await turn();
    stop.abort();
    await ended;
    expect(reader.saves).toBe(1);
  });

  it('ends after the step under way, and takes no other one', async () => {
    const ended = run.run(stop.signal);
    await reader.begun(1);
    run.reach(3);
    stop.abort();
    await turn();
    expect(reader.saves).toBe(0);
    reader.end();
    await ended;
    expect([reader.heads, reader.saves]).toEqual([[0], 1]);
  });

  it('repeats a step that failed, though nothing new came', async () => {
    const ended = run.run(stop.signal);
    await reader.begun(1);
    reader.end(new Error('away'));
    await reader.begun(2);
    reader.end();
    stop.abort();
    await ended;
    expect(reader.heads).toEqual([0, 0]);
  });

  it('ends during the wait for a retry', async () => {
    const ended = run.run(stop.signal);
    await reader.begun(1);
    reader.end(new Error('away'));
    stop.abort();
    await ended;
    expect(reader.heads).toHaveLength(1);
  });

  it('rejects when the reader stands elsewhere, and writes nothing down', async () => {
    const ended = run.run(stop.signal);
    await reader.begun(1);
    reader.end(new CursorMoved('elsewhere'));
    await expect(ended).rejects.toBeInstanceOf(CursorMoved);
    expect(reader.saves).toBe(0);
  });

  it('ends though its cursor cannot be written down', async () => {
    reader.saveError = new Error('away');
    const ended = run.run(stop.signal);
    await reader.begun(1);
    reader.end();
    stop.abort();
    await expect(ended).resolves.toBeUndefined();
  });
});
