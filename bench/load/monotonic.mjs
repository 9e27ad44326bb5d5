const SAMPLES = 100;

/**
 * `performance.now()` counts from the start of the process; this is where the clock stood then. The most of many
 * samples: whoever loses its CPU between the two readings gets an offset that is milliseconds too small.
 */
const startedAt = Math.max(
  ...Array.from({ length: SAMPLES }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** CLOCK_MONOTONIC in ms: the same in every process of this machine. */
export function monotonicMs() {
  return startedAt + performance.now();
}
