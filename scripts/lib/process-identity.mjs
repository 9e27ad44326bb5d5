import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * A pid alone is no proof: the system gives it to another process later. Pid and start time together are.
 * @typedef {{ pid: number, startedAt: string }} ProcessIdentity
 */

/** The identity of a running process, or undefined when there is none (a zombie counts as none). */
export function identify(pid) {
  const startedAt = process.platform === 'linux' ? linuxStart(pid) : psStart(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** True while exactly this process (and not a later one with its pid) runs. */
export function isRunning(identity) {
  return identity !== undefined && identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Sends a signal and waits for the end; after `timeoutMs` it sends SIGKILL. Never touches another process. */
export async function stopProcess(identity, { signal = 'SIGTERM', timeoutMs = 10_000 } = {}) {
  for (const [step, waitMs] of [
    [signal, timeoutMs],
    ['SIGKILL', 5_000],
  ]) {
    if (!isRunning(identity)) return;
    sendSignal(identity.pid, step);
    if (await hasEnded(identity, waitMs)) return;
  }
  throw new Error(`process ${identity.pid} does not end, even after SIGKILL`);
}

/** Notes who runs, so that a later start recognises it; returns the identity (undefined when it ended already). */
export function recordProcess(file, pid) {
  const identity = pid === undefined ? undefined : identify(pid);
  if (identity) writeFileSync(file, JSON.stringify(identity), { mode: 0o600 });
  return identity;
}

/** The recorded process if exactly it still runs. */
function readRecorded(file) {
  try {
    const identity = JSON.parse(readFileSync(file, 'utf8'));
    return isRunning(identity) ? identity : undefined;
  } catch {
    return undefined; // no file, or one that a crash left half written
  }
}

/** Ends the recorded process if exactly it still runs. */
export async function stopRecorded(file, options) {
  await stopProcess(readRecorded(file), options);
}

/** Sends a signal; a process that is gone already is fine. */
export function sendSignal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** Process ids of its children, on Linux. Every thread is asked: /proc lists children by the thread that made them. */
export function childrenOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return []; // it has ended meanwhile
  }
}

async function hasEnded(identity, timeoutMs) {
  const deadline = Date.now() + timeoutMs;
  while (isRunning(identity)) {
    if (Date.now() > deadline) return false;
    await delay(20);
  }
  return true;
}

function linuxStart(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold anything, also spaces and brackets: count the fields after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function psStart(pid) {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}
