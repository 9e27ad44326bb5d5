import { PlainError } from '../../scripts/lib/plain-error.mjs';

const DEFAULTS = { minutes: 30, rate: 50, sockets: 1000, seed: undefined, 'fault-every': 60 };
const USAGE =
  'Usage: npm run soak [-- --minutes 30] [--rate 50 (alerts a second)] [--sockets 1000] [--seed NUMBER] ' +
  '[--fault-every 60 (seconds)] [--only FAULT,…]';

/**
 * Reads the command line.
 * @returns {{ minutes: number, rate: number, sockets: number, seed: number, faultEvery: number, only: string[] }}
 * @throws PlainError for what it does not know
 */
export function readSoakOptions(args) {
  const options = { ...DEFAULTS, only: [] };
  const rest = [...args];
  while (rest.length > 0) {
    const name = rest.shift().replace(/^--/, '');
    const value = rest.shift();
    if (!(name in options) || value === undefined) throw new PlainError(`Unknown option ${name}. ${USAGE}`);
    options[name] = name === 'only' ? value.split(',') : positive(name, value);
  }
  const { 'fault-every': faultEvery, seed = Date.now() % 1_000_000, ...others } = options;
  return { ...others, seed, faultEvery };
}

function positive(name, value) {
  const number = Number(value);
  if (!(number > 0)) throw new PlainError(`--${name} must be a number above 0. ${USAGE}`);
  return number;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32): a run can be had again. */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
