import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PlainError } from './plain-error.mjs';
import { recordProcess, stopProcess, stopRecorded } from './process-identity.mjs';
import { PROJECT_ROOT } from './project.mjs';

const READY_WITHIN_MS = 60_000;
const DRAIN_WITHIN_MS = 30_000;
const LOG_TURNS_OVER_AT_BYTES = 20_000_000;

/**
 * Starts API and worker as one child in its own session: Ctrl-C reaches the launcher, which lets the child drain
 * before the servers under it go. Its log goes to `<dataDir>/app.log`.
 */
export function startApp({ dataDir, env }) {
  const logFile = join(dataDir, 'app.log');
  if (existsSync(logFile) && statSync(logFile).size > LOG_TURNS_OVER_AT_BYTES) renameSync(logFile, `${logFile}.1`);
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(process.execPath, ['--enable-source-maps', join(PROJECT_ROOT, 'dist/main.js'), 'all'], {
    cwd: PROJECT_ROOT,
    env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const identity = recordProcess(recordFile(dataDir), child.pid);
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  return {
    logFile,
    ended,
    isGone: () => child.exitCode !== null || child.signalCode !== null,
    /** Not by us: somebody signalled the process itself. */
    wasAskedToStop: () => child.exitCode === 0 || child.signalCode === 'SIGTERM',
    lastWords: () => {
      // Who is killed has no time for words; V8, which aborts when memory ends, has.
      const { signalCode } = child;
      if (signalCode && signalCode !== 'SIGABRT') return `${signalCode} killed it`;
      return lastWords(readFileSync(logFile, 'utf8').slice(logStart));
    },
    stop: () => stopProcess(identity, { timeoutMs: DRAIN_WITHIN_MS }),
  };
}

/** Ends an app that a killed launcher left behind. */
export function stopLeftoverApp(dataDir) {
  return stopRecorded(recordFile(dataDir), { timeoutMs: DRAIN_WITHIN_MS });
}

/** Waits until the app can accept an alert; throws with its own last words when it ends instead. */
export async function untilReady(app, url, signal) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (app.isGone()) throw new PlainError(`The app did not start: ${app.lastWords()}`);
    if (await answersReady(url)) return;
    if (signal.aborted) return;
    await delay(50);
  }
  throw new PlainError(`The app is not ready after ${READY_WITHIN_MS / 1000} s: see ${app.logFile}`);
}

/** Whether a process of ours can do its work; false also while nothing listens. */
export async function answersReady(url) {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}

/** What the app said at its end: errors of its JSON log, or plain lines (a refused configuration). */
function lastWords(log) {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const plain = lines.filter((line) => !line.startsWith('{'));
  const crash = plain.some((line) => /^\s+at /.test(line)) ? plain.find((line) => /Error:/.test(line)) : undefined;
  if (crash) return crash.trim();
  if (plain.length > 0) return plain.slice(0, 30).join('\n');
  const errors = lines.map(parseLine).filter((entry) => entry && (entry.level === 'fatal' || entry.level === 'error'));
  return errors.at(-1)?.err?.message ?? errors.at(-1)?.msg ?? 'it gave no reason';
}

function parseLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function recordFile(dataDir) {
  return join(dataDir, 'app.json');
}
