/**
 * What comes of `work`, or rejects with the reason of the signal once that is aborted; the work itself goes on unheard.
 * Many may wait for one signal: none leaves a listener behind.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    // Also when it is aborted already: nobody else would hear of `work` failing, and the process would end.
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener('abort', abort!);
  }
}
