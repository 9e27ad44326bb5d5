const FIRST_MS = 1000;
const LONGEST_MS = 15_000;

/** Pauses between tries, each about twice as long as the one before; a sign that the network is back ends one. */
export function createRetryPause() {
  let tries = 0;
  let wake = () => undefined;

  function begin() {
    tries = 0;
    wake();
  }

  addEventListener('online', begin);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && begin());

  return {
    /** Ends the pause under way; the next one is short again. */
    begin,
    /** Waits `askedMs`, or as long as the tries so far suggest; never longer than 15 s. */
    async wait(askedMs = FIRST_MS * 2 ** tries) {
      tries += 1;
      const spread = 0.75 + Math.random() / 2; // the phones of one street come back at once
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, Math.min(askedMs, LONGEST_MS) * spread);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
  };
}
