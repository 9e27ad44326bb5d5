import { watchMachine } from './cpu.mjs';

/** The middle one; of an even number the mean of both. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Measures all systems in turn, round after round (A B C, A B C, …), so that what disturbs the machine for a while
 * disturbs all of them.
 * @param {{ rounds: number, systems: { name: string, run: (round: number) => Promise<object> }[] }} options
 * @returns {Promise<Record<string, object[]>>} what each system's `run` gave, round by round, with the machine's load
 */
export async function interleave({ rounds, systems, say = () => undefined }) {
  const results = Object.fromEntries(systems.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, run } of systems) {
      const machine = watchMachine();
      const result = await run(round);
      results[name].push({ ...result, machine: machine() });
      say(`  round ${round + 1} ${name}: ${describe(results[name].at(-1))}`);
    }
  }
  return results;
}

/** The numbers of a result in one line. */
function describe({ machine, ...result }) {
  const numbers = Object.entries(result).filter(([, value]) => typeof value === 'number');
  const parts = numbers.map(([name, value]) => `${name} ${round3(value)}`);
  return [...parts, `others ${machine.strangers.toFixed(2)} CPU`].join(', ');
}

/** Three digits that count, and no more than needed. */
export function round3(value) {
  return Number(value.toPrecision(value >= 1000 ? 4 : 3));
}

/** One column of the results of a system: `values(results.limit, 'rate')`. */
export function values(rounds, name) {
  return rounds.map((result) => result[name]);
}
