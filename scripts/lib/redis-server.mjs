import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { PlainError } from './plain-error.mjs';
import { isRunning, recordProcess, stopProcess, stopRecorded } from './process-identity.mjs';
import { redisEnvironment } from './redis-binary.mjs';

const READY_LINE = 'Ready to accept connections';
const READY_WITHIN_MS = 30_000;

/**
 * Starts a private redis-server on 127.0.0.1: AOF every second, no eviction, users from `aclFile`. Everything stands
 * in `<dir>/redis.conf`, so the process list shows no secret. It runs in its own session, so that Ctrl-C reaches only
 * the launcher, which stops it last. One that an earlier, killed launcher left in `dir` is stopped first.
 * @param {{ dir: string, binary: { path: string, libraryPath?: string }, port?: number, aclFile?: string,
 *   extraLines?: string[] }} options
 * @returns {Promise<{ port: number, pid: number, startedAt: string, logFile: string, stop(): Promise<void> }>}
 */
export async function startRedis({ dir, binary, port, aclFile, extraLines = [] }) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await stopLeftoverRedis(dir);
  const chosenPort = port ?? (await freePort());
  const configFile = join(dir, 'redis.conf');
  const logFile = join(dir, 'redis.log');
  writeFileSync(configFile, configLines({ dir, port: chosenPort, aclFile, logFile, extraLines }), { mode: 0o600 });
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(binary.path, [configFile], {
    cwd: dir,
    env: redisEnvironment(binary),
    detached: true,
    stdio: ['ignore', 'ignore', log],
  });
  closeSync(log);
  child.on('error', () => undefined); // waitForLine sees that no process runs
  child.unref();
  const identity = recordProcess(identityFile(dir), child.pid);
  await waitForReady({ identity, logFile, logStart, port: chosenPort });
  return { port: chosenPort, ...identity, logFile, stop: () => stopProcess(identity) };
}

/** Two servers on one append-only file would ruin it: ends the one that a killed launcher left. */
export function stopLeftoverRedis(dir) {
  return stopRecorded(identityFile(dir));
}

function identityFile(dir) {
  return join(dir, 'identity.json');
}

function configLines({ dir, port, aclFile, logFile, extraLines }) {
  const quoted = (path) => JSON.stringify(path);
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `dir ${quoted(dir)}`,
    `logfile ${quoted(logFile)}`,
    'appendonly yes',
    'appendfsync everysec',
    'save 300 100',
    'maxmemory-policy noeviction',
    ...(aclFile ? [`aclfile ${quoted(aclFile)}`] : []),
    ...extraLines,
    '',
  ].join('\n');
}

async function waitForReady({ identity, logFile, logStart, port }) {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const log = readFrom(logFile, logStart);
    if (log.includes(READY_LINE)) return;
    if (!isRunning(identity)) throw new PlainError(startFailure(log, port, logFile));
    await delay(5);
  }
  await stopProcess(identity);
  throw new PlainError(`Redis was not ready within ${READY_WITHIN_MS / 1000} s: see ${logFile}`);
}

function startFailure(log, port, logFile) {
  if (/Address already in use/.test(log)) return `Redis cannot use port ${port}: another program listens there`;
  if (/No space left on device/.test(log)) return `Redis cannot start: the disk is full (${logFile})`;
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.findLast((line) => /#|error|fatal|\*\*\*/i.test(line)) ?? lines.at(-1) ?? 'no output';
  return `Redis did not start: ${reason.replace(/^\d+:\w .*?[#*] /, '').trim()} (all of it: ${logFile})`;
}

function readFrom(file, position) {
  if (!existsSync(file)) return '';
  const length = statSync(file).size - position;
  if (length <= 0) return '';
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, length, position));
  } finally {
    closeSync(descriptor);
  }
}
