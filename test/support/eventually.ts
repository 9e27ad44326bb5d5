import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  /** How long to wait at most, ms. */
  readonly withinMs?: number;
  /** Pause between two looks, ms. */
  readonly everyMs?: number;
  /** What is waited for, named in the failure. */
  readonly what?: string;
}

/**
 * Looks again and again until `probe` neither throws nor returns false or undefined, and gives its result.
 * Rejects after the deadline with the last failure as cause.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { withinMs = 15_000, everyMs = 20, what = 'the condition' }: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await probe();
      if (result !== false && result !== undefined) return result as Exclude<T, false | undefined>;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) {
      const reason = failure instanceof Error ? `: ${failure.message}` : '';
      throw new Error(`${what} did not come true within ${withinMs} ms${reason}`, { cause: failure });
    }
    await delay(everyMs);
  }
}
