import { readdirSync, readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';

/** Ticks a second of /proc/<pid>/stat and /proc/stat; Linux gives user space this unit whatever its own clock is. */
const TICK_US = 10_000;

/**
 * Microseconds on a CPU of these processes since they began: all their threads, their child processes (the backends
 * of Postgres, the job processes of a worker), and the children that have ended (to 10 ms). Read it twice and subtract.
 */
export function cpuOf(pids) {
  return pids.reduce((sum, pid) => sum + treeCpu(pid), 0);
}

function treeCpu(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const own = threads.reduce((sum, thread) => sum + onCpu(pid, thread), 0);
    return own + endedChildren(pid) + cpuOf(threads.flatMap((thread) => childrenOf(pid, thread)));
  } catch {
    return 0; // it has ended; its parent counts it
  }
}

/** The scheduler's own count; utime and stime of `stat` come in ticks of 10 ms. */
function onCpu(pid, thread) {
  return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ', 1)[0]) / 1000;
}

function childrenOf(pid, thread) {
  return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean);
}

function endedChildren(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold anything: count the fields after the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_US;
}

/** Resident memory of one process, in bytes. */
export function residentBytes(pid) {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}

/**
 * Watches the machine: `end` tells the load average, and how many CPUs were used meanwhile by processes that are not
 * ours (neither this one nor any that it started).
 */
export function watchMachine() {
  const startedAt = performance.now();
  const [busy, ours] = [busyUs(), cpuOf([process.pid])];
  return () => {
    const elapsedUs = (performance.now() - startedAt) * 1000;
    const strangers = (busyUs() - busy - (cpuOf([process.pid]) - ours)) / elapsedUs;
    return { load: loadavg()[0], strangers: Math.max(0, strangers), cpus: cpus().length };
  };
}

function busyUs() {
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) * TICK_US;
}
