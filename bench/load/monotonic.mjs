/** `performance.now()` counts from the start of the process; this is where the clock stood then. */
const startedAt = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** CLOCK_MONOTONIC in ms: the same in every process of this machine. */
export function monotonicMs() {
  return startedAt + performance.now();
}
