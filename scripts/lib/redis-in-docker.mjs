import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accepts } from './free-port.mjs';
import { PlainError } from './plain-error.mjs';
import { runCommand } from './run-command.mjs';

/** The same as in docker/compose.yaml. */
const IMAGE = 'redis:7.2-bookworm';
const ANSWER_WITHIN_MS = 5_000;
const FETCH_WITHIN_MS = 300_000;
/** Redis writes out what it holds; after that the engine kills it. */
const STOP_WITHIN_S = 10;

/**
 * Whether a Docker engine answers here and has the image, which is fetched when missing.
 * @returns {Promise<{ container?: { user: string }, problem?: string }>} neither when there is no docker program
 */
export async function findDocker(log) {
  const asked = await docker(['info', '--format', '{{.ServerVersion}} {{json .SecurityOptions}}']);
  if (asked.code === 127) return {};
  // Without an engine some versions of the program end with 0 and name no server.
  if (asked.code !== 0 || !/^\d/.test(asked.stdout)) return { problem: `Docker cannot be used: ${reason(asked)}` };
  if ((await docker(['image', 'inspect', '--format', '{{.Id}}', IMAGE])).code !== 0) {
    log(`Fetching the image ${IMAGE} with Docker`);
    const fetched = await docker(['pull', '--quiet', IMAGE], FETCH_WITHIN_MS);
    if (fetched.code !== 0) return { problem: `Docker cannot fetch ${IMAGE}: ${reason(fetched, FETCH_WITHIN_MS)}` };
  }
  // A rootless engine shows our own user's files to its containers as root's.
  const user = asked.stdout.includes('name=rootless') ? '0:0' : `${process.getuid()}:${process.getgid()}`;
  return { container: { user } };
}

/**
 * How to run the server whose files stand in `dir` as a container that only 127.0.0.1 reaches. Noted in `dir` first, so
 * that a later start finds it whenever this one is killed. The image's own entrypoint would give root's files away.
 */
export function containerOf({ dir, port, container }) {
  const name = `naboom-redis-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}`;
  writeFileSync(recordFile(dir), JSON.stringify({ name, port }), { mode: 0o600 });
  const rights = ['--user', container.user, '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const ways = ['--publish', `127.0.0.1:${port}:6379`, '--volume', `${dir}:/data:Z`]; // Z: SELinux lets it in
  return {
    command: 'docker',
    args: [
      'run',
      '--rm',
      '--name',
      name,
      ...rights,
      ...ways,
      '--entrypoint',
      'redis-server',
      IMAGE,
      '/data/redis.conf',
    ],
    env: process.env,
    listen: ['bind * -::*', 'port 6379'],
    inside: (path) => posix.join('/data', relative(dir, path)),
  };
}

/**
 * Stops the container noted in `dir`, if any, and with `stopClient` the process that we started: the docker program,
 * which outlives no container while a container may outlive it.
 */
export async function stopContainer(dir, stopClient) {
  const { name, port } = readRecord(dir) ?? {};
  if (name === undefined) return stopClient();
  const stopped = await docker(['stop', '-t', String(STOP_WITHIN_S), name], (STOP_WITHIN_S + 20) * 1_000);
  await docker(['rm', '--force', name]); // what an engine that was killed itself left
  await stopClient();
  if (!(await isGone(name, port))) {
    throw new PlainError(`The Redis container ${name} cannot be stopped: ${reason(stopped)}`);
  }
  rmSync(recordFile(dir), { force: true });
}

/** `--rm` removes a stopped container a moment later. An engine that does not answer leaves its port to tell. */
async function isGone(name, port) {
  const deadline = Date.now() + ANSWER_WITHIN_MS;
  do {
    const { code, stdout } = await docker(['ps', '--all', '--quiet', '--filter', `name=${name}`]);
    if (code === 0 ? stdout.trim() === '' : !(await accepts(port))) return true;
    await delay(50);
  } while (Date.now() < deadline);
  return false;
}

function docker(args, timeoutMs = ANSWER_WITHIN_MS) {
  return runCommand('docker', args, { timeoutMs });
}

function reason({ stderr }, timeoutMs = ANSWER_WITHIN_MS) {
  return stderr.split('\n').find((line) => line.trim() !== '') ?? `no answer within ${timeoutMs / 1_000} s`;
}

function recordFile(dir) {
  return join(dir, 'container.json');
}

function readRecord(dir) {
  try {
    return JSON.parse(readFileSync(recordFile(dir), 'utf8'));
  } catch {
    return undefined; // no file, or one that a crash left half written: then no container ran yet
  }
}
