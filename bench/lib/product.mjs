import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { answersReady } from '../../scripts/lib/app-process.mjs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { PROJECT_ROOT } from '../../scripts/lib/project.mjs';
import { endChild } from './program.mjs';
import { productStores } from './stack.mjs';
import { together } from './together.mjs';

const READY_WITHIN_MS = 20_000;
/** A load comes from one address: what is measured are presses that everybody is told of. */
const NO_FLOOD = { NABOOM_FLOOD_PER_ADDRESS: '1000000000', NABOOM_FLOOD_TOTAL: '1000000000' };
const POLL_MS = 5;

/**
 * The product as in production: `api` processes and one worker, each a process of its own, default log level to a
 * file, nothing switched off. Ends with the stack.
 * @param {{ name: string, apis?: number, worker?: boolean, env?: Record<string, string>,
 *   prepare?: (databaseUrl: string) => Promise<void> }} options `prepare` fills the migrated database before the start
 */
export async function startProduct(stack, { name, apis = 1, worker = true, env = {}, prepare }) {
  const stores = await productStores(stack, name);
  await prepare?.(stores.databaseUrl);
  const processEnv = { ...stores.env, ...env };
  const roles = [...Array.from({ length: apis }, () => 'api'), ...(worker ? ['worker'] : [])];
  const processes = await together(roles.map((role) => startRole(stack, { role, env: processEnv })));
  const started = processes.slice(0, apis);
  const workerProcess = processes[apis];
  return {
    ...stores,
    name,
    operatorKey: stores.env.NABOOM_OPERATOR_KEY,
    url: started[0].url,
    apis: started,
    worker: workerProcess,
    pids: processes.map(({ pid }) => pid),
  };
}

/** One process of the product; `readyMs` is how long it took from its start to a ready answer. */
export async function startRole(stack, { role, env, nodeArgs = [] }) {
  const port = String(await freePort());
  const logFile = stack.path(`${role}.log`);
  const log = openSync(logFile, 'a', 0o600);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeArgs, join(PROJECT_ROOT, 'dist/main.js'), role], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: port, NABOOM_WORKER_PORT: port, ...NO_FLOOD, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const node = { role, url: `http://127.0.0.1:${port}`, pid: child.pid, logFile, stop: () => endChild(child) };
  stack.own(node);
  while (!(await answersReady(node.url))) {
    const lost =
      child.exitCode !== null || child.signalCode !== null || performance.now() - startedAt > READY_WITHIN_MS;
    if (lost)
      throw new PlainError(`the ${role} process did not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
    await delay(POLL_MS);
  }
  return { ...node, readyMs: performance.now() - startedAt };
}
