import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { PlainError } from './plain-error.mjs';
import { findDocker } from './redis-in-docker.mjs';
import { unpackRedisFromApt } from './redis-from-apt.mjs';
import { runCommand } from './run-command.mjs';

/** Sharded pub/sub and channel ACLs that are closed by default came with 7.0. */
const OLDEST_MAJOR = 7;

/**
 * What `npm start` runs as Redis: a program as below, else a container when a Docker engine answers.
 * @returns {Promise<{ binary: { path: string, version: string, libraryPath?: string } } | { container: { user: string } }>}
 */
export async function findRedis(options) {
  const { binary, problems } = await lookForBinary(options);
  if (binary) return { binary };
  const { container, problem } = await findDocker(options.log);
  if (container) return { container };
  throw new PlainError(missingMessage(problem ? [...problems, problem] : problems));
}

/**
 * A redis-server (or valkey-server) that runs here: REDIS_SERVER_BIN, PATH, what an earlier start unpacked into
 * `<dataDir>/redis-bin`, else freshly unpacked there from the Debian/Ubuntu archive (no root needed).
 * @returns {Promise<{ path: string, version: string, libraryPath?: string }>}
 */
export async function findRedisBinary(options) {
  const { binary, problems } = await lookForBinary(options);
  if (binary) return binary;
  throw new PlainError(missingMessage(problems));
}

async function lookForBinary({ dataDir, env = process.env, log = () => undefined }) {
  if (env.REDIS_SERVER_BIN) return { binary: await chosenBinary(env.REDIS_SERVER_BIN) };
  const unpacked = join(dataDir, 'redis-bin');
  const tooOld = [];
  for (const candidate of [...onPath(env.PATH ?? ''), ...insideOf(unpacked)]) {
    const version = await versionOf(candidate);
    if (version && major(version) >= OLDEST_MAJOR) return { binary: { ...candidate, version } };
    if (version) tooOld.push(`${candidate.path} is ${version}`);
  }
  log('No redis-server on this machine yet: fetching one into the data folder');
  mkdirSync(dataDir, { recursive: true });
  const failure = await unpackRedisFromApt(unpacked, OLDEST_MAJOR);
  for (const candidate of insideOf(unpacked)) {
    const version = await versionOf(candidate);
    if (version && major(version) >= OLDEST_MAJOR) return { binary: { ...candidate, version } };
  }
  return { problems: [...tooOld, ...(failure ? [failure] : [])] };
}

/** The environment a found binary must be started with. */
export function redisEnvironment(binary, env = process.env) {
  return binary.libraryPath ? { ...env, LD_LIBRARY_PATH: binary.libraryPath } : env;
}

async function chosenBinary(path) {
  const version = await versionOf({ path });
  if (!version) throw new PlainError(`REDIS_SERVER_BIN=${path} cannot be run: point it to a redis-server program`);
  if (major(version) >= OLDEST_MAJOR) return { path, version };
  throw new PlainError(`REDIS_SERVER_BIN=${path} is ${version}, but ${OLDEST_MAJOR}.0 or later is needed`);
}

function onPath(pathVariable) {
  return pathVariable
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => ['redis-server', 'valkey-server'].map((name) => ({ path: join(folder, name) })))
    .filter((candidate) => existsSync(candidate.path));
}

function insideOf(unpacked) {
  const libraryPath = join(unpacked, 'lib');
  return ['redis-server', 'valkey-server']
    .map((name) => ({ path: join(unpacked, 'bin', name), libraryPath }))
    .filter((candidate) => existsSync(candidate.path));
}

async function versionOf(candidate) {
  const { code, stdout } = await runCommand(candidate.path, ['--version'], {
    env: redisEnvironment(candidate),
    timeoutMs: 5_000,
  });
  return code === 0 ? /\bv=(\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined;
}

function major(version) {
  return Number.parseInt(version, 10);
}

function missingMessage(reasons) {
  const why = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  return (
    `No redis-server ${OLDEST_MAJOR}.0 or later found${why}. Install one: "sudo apt-get install redis-server" or ` +
    '"brew install redis", or run "docker run -d -p 127.0.0.1:6379:6379 redis:7" and start with ' +
    'REDIS_URL=redis://127.0.0.1:6379'
  );
}
