import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT, say } from './project.mjs';

/** After its results are written, jest only has to exit; what keeps it is something a test left open. */
const EXIT_WITHIN_MS = 20_000;

/**
 * Runs jest in its own process group, so that nothing of it survives the time limit or a Ctrl-C.
 * @param {{ args: string[], env: Record<string, string | undefined>, limitMinutes?: number }} options
 */
export async function runJest({ args, env, limitMinutes = 10 }) {
  const folder = mkdtempSync(join(tmpdir(), 'naboom-result-')); // the servers' folder is gone before jest writes
  const resultFile = join(folder, 'result.json');
  const jest = join(PROJECT_ROOT, 'node_modules/jest/bin/jest.js');
  const child = spawn(process.execPath, [jest, '--json', `--outputFile=${resultFile}`, ...args], {
    cwd: PROJECT_ROOT,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'], // stdout would repeat the results as JSON
  });
  const kill = (reason) => {
    if (reason) say(reason);
    killGroup(child.pid);
  };
  const stop = () => kill('Stopped');
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const limit = setTimeout(() => kill(`The tests took longer than ${limitMinutes} minutes`), limitMinutes * 60_000);
  const lingering = setInterval(() => {
    if (!existsSync(resultFile)) return;
    clearInterval(lingering);
    setTimeout(() => kill('jest does not exit: a test left something open'), EXIT_WITHIN_MS).unref();
  }, 500);
  const code = await new Promise((resolve) => child.once('exit', (exitCode) => resolve(exitCode ?? 1)));
  clearTimeout(limit);
  clearInterval(lingering);
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  const counts = readCounts(resultFile);
  rmSync(folder, { recursive: true, force: true });
  return { code, ...counts };
}

function readCounts(resultFile) {
  if (!existsSync(resultFile)) return { passed: 0, failed: 0, skipped: 0 }; // jest ended before it had results
  const result = JSON.parse(readFileSync(resultFile, 'utf8'));
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
