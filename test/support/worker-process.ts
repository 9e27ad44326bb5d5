import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { eventually } from './eventually.js';

/** A worker in a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** Everything it wrote so far. */
  output(): string;
  /** Process ids of its job processes. */
  children(): number[];
  /** Sends a signal and waits for its end; ms that took. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number>;
}

const running = new Set<ChildProcess>();

/** Starts a worker on these servers and waits until it works. */
export async function startWorker(env: Readonly<Record<string, string>>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../dist/main.js'), 'worker'], {
    env: { ...env, NABOOM_OPERATOR_KEY: 'operator-key-of-a-job-test', NABOOM_WORKER_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  await eventually(
    () => output.includes('ready at') || (child.exitCode !== null && Promise.reject(new Error(output))),
    {
      withinMs: 30_000,
      what: 'the start of the worker',
    },
  ).catch((error: unknown) => Promise.reject(new Error(`${String(error)}: ${output}`)));
  return {
    pid: child.pid!,
    output: () => output,
    children: () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ').map(Number),
    async end(signal) {
      const started = Date.now();
      if (child.exitCode !== null || child.signalCode !== null) return 0;
      child.kill(signal);
      await once(child, 'exit');
      return Date.now() - started;
    },
  };
}

/** Kills what a failed test left running. */
export async function killWorkers(): Promise<void> {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** True while a process runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
