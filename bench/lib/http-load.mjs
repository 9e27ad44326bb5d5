import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { cpuOf } from './cpu.mjs';
import { runProgram } from './program.mjs';
import { median, values } from './rounds.mjs';

const PROGRAM = fileURLToPath(new URL('../load/http-load.mjs', import.meta.url));
/** More presses than one load can send, so that no number comes twice in a run and no two presses fold. */
const PRESSES_A_LOAD = 10_000_000;
export const ALERTS_PATH = '/api/v1/emergency/alerts';

/**
 * A load of presses (or of `get`) on one system, in a client process of its own.
 * @param {{ url: string, pids: number[], workerPid?: number, redisPid?: number, postgresPid?: number }} system
 *   whose CPU is counted
 * @param {{ connections: number, rate?: number, seconds: number, warmupSeconds?: number, path?: string, get?: boolean,
 *   headers?: Record<string, string>, test?: boolean }} load
 * @returns rate (req/s), p50, p99, max (ms), CPU in µs a request (`cpuUs` server, `workerUs`, `redisUs`,
 *   `postgresUs`, `clientCpuUs`), `ids` of all 201
 */
export async function httpLoad(stack, system, load) {
  const idsFile = stack.path('ids');
  const firstPress = (stack.counter.presses += PRESSES_A_LOAD);
  const setup = { url: system.url, path: ALERTS_PATH, headers: {}, warmupSeconds: 0.5, ...load, firstPress, idsFile };
  const cpu = {};
  const onMessage = ({ at }) => at && (cpu[at] = cpuOfSystem(system));
  const messages = await runProgram({ file: PROGRAM, env: { HTTP_LOAD: JSON.stringify(setup) }, onMessage });
  const { statuses, answered, ...result } = messages.at(-1);
  const unexpected = Object.keys(statuses).filter((status) => status !== (load.get ? '200' : '201'));
  if (unexpected.length > 0 || !(answered > 0))
    throw new PlainError(`${system.name}: the load was answered with ${JSON.stringify(statuses)}`);
  const ids = readFileSync(idsFile, 'utf8').split('\n').filter(Boolean);
  const used = (part) => (cpu.end[part] - cpu.start[part]) / answered;
  return {
    ...result,
    cpuUs: used('server'),
    workerUs: used('worker'),
    redisUs: used('redis'),
    postgresUs: used('postgres'),
    ids,
  };
}

function cpuOfSystem({ pids, workerPid, redisPid, postgresPid }) {
  const one = (pid) => (pid === undefined ? 0 : cpuOf([pid]));
  return { server: cpuOf(pids), worker: one(workerPid), redis: one(redisPid), postgres: one(postgresPid) };
}

/** The medians of the rounds of a load, as the columns of a table. */
export function costsOfPosts(results) {
  const middle = (of) => median(values(results, of));
  return {
    'req/s': middle('rate'),
    'p50 ms': middle('p50'),
    'p99 ms': middle('p99'),
    'server CPU µs': middle('cpuUs'),
    'worker CPU µs': middle('workerUs'),
    'Redis CPU µs': middle('redisUs'),
    'Postgres CPU µs': middle('postgresUs'),
    'client CPU µs': middle('clientCpuUs'),
  };
}
