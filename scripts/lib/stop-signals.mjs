import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 250;

/**
 * Resolves at the first request to stop: Ctrl-C, SIGTERM, a closed terminal, or the end of the npm that started us
 * (npm may die of a signal without passing it on). Later signals change nothing: the drain is on its way.
 */
export function untilAskedToStop() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve(signal));
    const starters = npmProcesses();
    const timer = setInterval(() => {
      if (starters.length === 0 || sameChain(starters)) return;
      clearInterval(timer);
      resolve('the end of npm');
    }, LOOK_EVERY_MS);
    timer.unref();
  });
}

/** Our parent, and npm above it when the parent is npm's shell; none when npm did not start us. */
function npmProcesses() {
  if (process.env.npm_lifecycle_event === undefined) return [];
  const parent = process.ppid;
  const shell = /^(\/bin\/)?(ba|da|z)?sh\0-c\0/.test(readProc(parent, 'cmdline'));
  return shell ? [parent, parentOf(parent)] : [parent];
}

function sameChain([parent, npm]) {
  return process.ppid === parent && (npm === undefined || parentOf(parent) === npm);
}

function parentOf(pid) {
  return Number(/^PPid:\s+(\d+)$/m.exec(readProc(pid, 'status'))?.[1] ?? 0) || undefined;
}

function readProc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // no /proc on this system
  }
}
