import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { PlainError } from './plain-error.mjs';
import { isRunning, recordProcess, stopProcess, stopRecorded } from './process-identity.mjs';
import { redisEnvironment } from './redis-binary.mjs';
import { containerOf, stopContainer } from './redis-in-docker.mjs';

const READY_LINE = 'Ready to accept connections';
const READY_WITHIN_MS = 30_000;

/**
 * Starts a private redis-server on 127.0.0.1: AOF every second, no eviction, users from `aclFile`. Everything stands
 * in `<dir>/redis.conf`, so the process list shows no secret. It runs in its own session, so that Ctrl-C reaches only
 * the launcher, which stops it last. One that an earlier, killed launcher left in `dir` is stopped first.
 * With `container` it is a Docker container instead of `binary`; `aclFile` must then stand in `dir`.
 * @param {{ dir: string, binary?: { path: string, libraryPath?: string }, container?: { user: string },
 *   port?: number, aclFile?: string, extraLines?: string[] }} options
 * @returns {Promise<{ port: number, pid: number, startedAt: string, logFile: string, stop(): Promise<void> }>}
 */
export async function startRedis({ dir, binary, container, port, aclFile, extraLines = [] }) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  await stopLeftoverRedis(dir);
  const chosenPort = port ?? (await freePort());
  const configFile = join(dir, 'redis.conf');
  const logFile = join(dir, 'redis.log');
  const server = container
    ? containerOf({ dir, port: chosenPort, container })
    : processOf({ binary, port: chosenPort, configFile });
  writeFileSync(configFile, configLines({ server, dir, aclFile, logFile, extraLines }), { mode: 0o600 });
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const identity = recordProcess(identityFile(dir), spawnLogged(server, dir, logFile));
  const stop = () => stopContainer(dir, () => stopProcess(identity));
  try {
    await waitForReady({ identity, logFile, logStart, port: chosenPort });
  } catch (error) {
    await stop().catch(() => undefined); // why it did not start says more; the next start stops it first
    throw error;
  }
  return { port: chosenPort, ...identity, logFile, stop };
}

function processOf({ binary, port, configFile }) {
  const listen = ['bind 127.0.0.1', `port ${port}`];
  return {
    command: binary.path,
    args: [configFile],
    env: redisEnvironment(binary),
    listen,
    inside: (path) => path,
  };
}

function spawnLogged({ command, args, env }, cwd, logFile) {
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.on('error', () => undefined); // waitForReady sees that no process runs
  child.unref();
  return child.pid;
}

/** Two servers on one append-only file would ruin it: ends the one that a killed launcher left. */
export function stopLeftoverRedis(dir) {
  return stopContainer(dir, () => stopRecorded(identityFile(dir)));
}

function identityFile(dir) {
  return join(dir, 'identity.json');
}

function configLines({ server, dir, aclFile, logFile, extraLines }) {
  const quoted = (path) => JSON.stringify(server.inside(path));
  return [
    ...server.listen,
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
  throw new PlainError(`Redis was not ready within ${READY_WITHIN_MS / 1000} s: see ${logFile}`);
}

function startFailure(log, port, logFile) {
  if (/address already in use|port is already allocated/i.test(log))
    return `Redis cannot use port ${port}: another program listens there`;
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
