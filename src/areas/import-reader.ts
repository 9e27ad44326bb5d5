import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from '../errors/app-error.js';
import { Logger } from '../observability/nest-log.js';
import type { ImportOutcome, ImportTask } from './import-messages.js';
import type { ReadFeature } from './read-import.js';

const THREAD = join(import.meta.dirname, 'import-thread.js');

/** What one import may take. */
export interface ImportLimits {
  readonly ms: number;
  /** Of the thread's heap; a map of 4 MiB needs less than 100. */
  readonly memoryMb: number;
}
/** Imports that wait with their text of up to 4 MiB; the next one is told to come again. */
const MAX_WAITING = 8;
const RETRY_AFTER_SECONDS = 10;
const LIMITS: ImportLimits = { ms: 10_000, memoryMb: 256 };

/**
 * Reads imports in a thread of their own, one at a time: a large map must not hold up an alert, and what a hostile one
 * makes an XML parser do ends with the thread.
 */
export class ImportReader {
  readonly #logger = new Logger('ImportReader');
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(
    private readonly countryCode: string,
    private readonly limits = LIMITS,
    private readonly thread = THREAD,
  ) {}

  /**
   * @param maxKm how far one area may extend
   * @throws AppError GEOMETRY_INVALID; TOO_MANY_REQUESTS when many wait already
   */
  async read(text: string, maxKm: number): Promise<readonly ReadFeature[]> {
    if (this.#waiting >= MAX_WAITING) {
      throw new AppError('TOO_MANY_REQUESTS', undefined, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.#waiting += 1;
    const reading = this.#last.then(() => this.#run({ text, countryCode: this.countryCode, maxKm }));
    this.#last = reading.catch(() => undefined).finally(() => (this.#waiting -= 1));
    const outcome = await reading;
    if ('features' in outcome) return outcome.features;
    throw new AppError(outcome.refused.code, outcome.refused.detail);
  }

  async #run(task: ImportTask): Promise<ImportOutcome> {
    const { ms, memoryMb } = this.limits;
    const thread = new Worker(this.thread, {
      workerData: task,
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<ImportOutcome>((resolve, reject) => {
        thread.once('message', resolve);
        thread.once('error', reject);
        thread.once('exit', () => reject(new Error('the thread ended without an answer')));
        timer = setTimeout(() => reject(new Error(`not read within ${ms} ms`)), ms);
      });
    } catch (error) {
      this.#logger.warn({ err: error }, 'an import could not be read');
      throw new AppError('GEOMETRY_INVALID', 'It takes too long or too much memory to read', { cause: error });
    } finally {
      clearTimeout(timer);
      await thread.terminate();
    }
  }
}
