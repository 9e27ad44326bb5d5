// Taken from the global object once: in the tests' own contexts each look-up there costs more than the sum itself.
const { ceil, floor, imul, log: ln, max } = Math;

/** How many commands one commit takes at most (MAX_BATCH in src/alerts/alert-log.ts). */
export const MAX_BATCH = 200;

/**
 * The same numbers for the same seed (mulberry32).
 * @returns {() => number} the next number from 0 to 1, neither of them included
 */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

/** Times in seconds at which `count` events come that know nothing of each other, `rate` a second. */
export function arrivals({ rate, count, random }) {
  const times = new Float64Array(count);
  let now = 0;
  for (let index = 0; index < count; index += 1) times[index] = now += -ln(random()) / rate;
  return times;
}

/**
 * One log: a single commit at a time, which takes all that waits up to `maxBatch` and lasts `fixed + each * n` seconds.
 * @param {Float64Array} times of the arrivals, in order
 * @returns {{ done: Float64Array, commits: number }} when each was committed
 */
export function commitInGroups(times, { fixed, each, maxBatch = MAX_BATCH }) {
  const done = new Float64Array(times.length);
  let [free, commits] = [0, 0];
  for (let first = 0; first < times.length; commits += 1) {
    const begin = max(free, times[first]);
    let last = first + 1;
    while (last < times.length && last - first < maxBatch && times[last] <= begin) last += 1;
    free = begin + fixed + each * (last - first);
    done.fill(free, first, last);
    first = last;
  }
  return { done, commits };
}

/** The most a log takes a second: every commit full. */
export function saturation({ fixed, each, maxBatch = MAX_BATCH }) {
  return maxBatch / (fixed + each * maxBatch);
}

/**
 * `rate` alerts a second over `logs` regions, each with a log of its own and as many alerts; a share of them, `cross`,
 * concerns the next region as well and stands in both logs: it counts as written when the later one has it.
 * @param {{ rate: number, logs: number, cross?: number, count: number, seed: number, log: object }} options
 * @returns {{ p50: number, p99: number, batch: number }} ms from arrival to commit, and alerts a commit
 */
export function simulate({ rate, logs, cross = 0, count, seed, log }) {
  const random = randomFrom(seed);
  const all = arrivals({ rate, count, random });
  const queues = Array.from({ length: logs }, () => []);
  all.forEach((_at, index) => {
    const home = floor(random() * logs);
    queues[home].push(index);
    if (logs > 1 && random() < cross) queues[(home + 1) % logs].push(index);
  });
  const waits = new Float64Array(count);
  let [entries, commits] = [0, 0];
  for (const queue of queues) {
    const result = commitInGroups(
      Float64Array.from(queue, (index) => all[index]),
      log,
    );
    queue.forEach((index, place) => {
      waits[index] = max(waits[index], result.done[place] - all[index]);
    });
    entries += queue.length;
    commits += result.commits;
  }
  waits.sort();
  const at = (share) => waits[ceil(count * share) - 1] * 1000;
  return { p50: at(0.5), p99: at(0.99), batch: entries / commits };
}
