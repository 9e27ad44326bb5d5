import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { PlainError } from './plain-error.mjs';
import { postgresBinaries, reachableForPostgres, unprivileged } from './postgres-binaries.mjs';
import { PROJECT_ROOT, say } from './project.mjs';
import { identify, isRunning, stopProcess } from './process-identity.mjs';
import { runCommand } from './run-command.mjs';

const READY_WITHIN_MS = 60_000;
const TOLD_AFTER_MS = 2_000;
/** Sessions of a server that was killed notice it within a second or two. */
const UNBLOCKED_WITHIN_MS = 10_000;
const SUPERUSER = 'naboom';
const DATABASE = 'naboom';

/**
 * Starts the embedded Postgres on 127.0.0.1 in `dir` (initialised on first use, with `password` for its one user).
 * Durable: fsync and synchronous_commit are on unless `settings` says otherwise. Own session, so that Ctrl-C reaches
 * only the launcher, which stops it last.
 * @param {{ dir: string, password: string, port?: number, settings?: Record<string, string> }} options
 * @returns {Promise<{ url: string, port: number, pid: number, startedAt: string, logFile: string, stop(): Promise<void> }>}
 */
export async function startPostgres({ dir, password, port, settings = {} }) {
  const home = postgresHome(dir);
  const native = postgresBinaries(PROJECT_ROOT, join(dirname(home), 'postgres-bin'));
  if (!existsSync(join(home, 'PG_VERSION'))) await initialise(native, home, password);
  const chosenPort = port ?? (await freePort());
  await stopLeftoverPostgres(dir);
  const identity = await startUntilReady({ native, home, port: chosenPort, settings });
  return {
    url: `postgresql://${SUPERUSER}:${password}@127.0.0.1:${chosenPort}/${DATABASE}`,
    port: chosenPort,
    ...identity,
    logFile: logFileOf(home),
    stop: () => stopPostgres(identity),
  };
}

/** Fast shutdown: ends the sessions, writes everything down, exits. */
export function stopPostgres(identity) {
  return stopProcess(identity, { signal: 'SIGINT', timeoutMs: 20_000 });
}

/**
 * Root may keep the project in a folder that is closed to others: then the files live under /var/lib, in a folder of
 * their own for each data folder, noted there (a new clone at the same path must not find the old one's database).
 */
function postgresHome(dir) {
  const wanted = resolve(dir);
  if (reachableForPostgres(dirname(wanted))) return wanted;
  const note = `${wanted}.home`;
  if (!existsSync(note))
    writeFileSync(note, join('/var/lib/naboom-realtime', randomUUID(), 'postgres'), { mode: 0o600 });
  return readFileSync(note, 'utf8');
}

async function initialise(native, home, password) {
  const fresh = `${home}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(dirname(home), { recursive: true, mode: 0o711 });
  mkdirSync(fresh, { mode: 0o700 });
  const passwordFile = `${fresh}.pw`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const { uid, gid } = unprivileged();
  if (uid !== undefined) for (const path of [fresh, passwordFile]) chownSync(path, uid, gid);
  const run = (program, args, input) =>
    runCommand(join(native, 'bin', program), args, { env: postgresEnvironment(native), cwd: fresh, input, uid, gid });
  try {
    const options = ['-U', SUPERUSER, '-E', 'UTF8', '--locale=C', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    const init = await run('initdb', ['-D', fresh, ...options]);
    if (init.code !== 0) throw new PlainError(`Postgres cannot be set up in ${home}: ${reasonIn(init.stderr)}`);
    const create = await run('postgres', ['--single', '-D', fresh, 'postgres'], `CREATE DATABASE ${DATABASE}\n`);
    // Single-user mode reports a failed statement in words alone, its exit code stays 0.
    const refused = create.code !== 0 || /^[^\n]*\b(ERROR|FATAL|PANIC):/m.test(create.stderr);
    if (refused) throw new PlainError(`Postgres cannot create its database: ${reasonIn(create.stderr)}`);
    renameSync(fresh, home); // a start that is killed halfway leaves no half database behind
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(fresh, { recursive: true, force: true }); // what failed must not keep a disk full
  }
}

async function startUntilReady({ native, home, port, settings }) {
  const logFile = logFileOf(home);
  const logStart = existsSync(logFile) ? statSync(logFile).size : 0;
  const deadline = Date.now() + READY_WITHIN_MS;
  let blockedSince;
  for (;;) {
    const identity = launch({ native, home, port, settings, logFile });
    if (await isReady(identity, home, deadline)) return identity;
    await stopProcess(identity, { signal: 'SIGINT' });
    const log = readFileSync(logFile, 'utf8').slice(logStart);
    // Sessions of a killed server need a moment to notice; until then its shared memory blocks a new start.
    const blocked = /shared memory block .* (is )?still in use/.test(log.slice(-2_000));
    if (!blocked) throw new PlainError(startFailure(log, port, logFile));
    blockedSince ??= Date.now();
    if (Date.now() - blockedSince > UNBLOCKED_WITHIN_MS) throw new PlainError(leftBehind(home, logFile));
    await delay(200);
  }
}

function launch({ native, home, port, settings, logFile }) {
  const options = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '100',
    fsync: 'on',
    synchronous_commit: 'on',
    // What a person in danger wrote stands in statements: the log names an error, and repeats no part of it.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...settings,
  };
  const args = ['-D', home, ...Object.entries(options).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const log = openSync(logFile, 'a', 0o600);
  const child = spawn(join(native, 'bin', 'postgres'), args, {
    cwd: home,
    env: postgresEnvironment(native),
    detached: true,
    stdio: ['ignore', 'ignore', log],
    ...unprivileged(),
  });
  closeSync(log);
  child.on('error', () => undefined); // isReady sees that no process runs
  child.unref();
  return child.pid === undefined ? undefined : identify(child.pid);
}

async function isReady(identity, home, deadline) {
  while (Date.now() < deadline) {
    if (!isRunning(identity)) return false;
    const lines = pidFileLines(home);
    if (Number(lines[0]) === identity.pid && lines[7]?.trim() === 'ready') return true;
    await delay(10);
  }
  return false;
}

/** A pid file may outlive its server, and its pid may belong to somebody else by now. */
export async function stopLeftoverPostgres(dir) {
  const home = postgresHome(dir);
  const pid = Number(pidFileLines(home)[0]);
  if (!pid) return;
  const identity = identify(pid);
  if (identity && (await isPostgresOf(pid, home))) {
    const slow = setTimeout(
      say,
      TOLD_AFTER_MS,
      'The Postgres of an earlier start does not end yet: in 20 s it is killed',
    );
    await stopPostgres(identity).finally(() => clearTimeout(slow));
  }
  rmSync(join(home, 'postmaster.pid'), { force: true });
}

async function isPostgresOf(pid, home) {
  if (process.platform === 'win32') return true;
  const { stdout } = await runCommand('ps', ['-o', 'args=', '-p', String(pid)]);
  const command =
    stdout === '' && existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : stdout;
  return command.includes('postgres') && command.includes(home);
}

function pidFileLines(home) {
  const file = join(home, 'postmaster.pid');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

function logFileOf(home) {
  return join(dirname(home), `${basename(home)}.log`);
}

function postgresEnvironment(native) {
  // PG* of the operator's shell must not lead our server elsewhere.
  const kept = Object.entries(process.env).filter(([key]) => !key.startsWith('PG'));
  return { ...Object.fromEntries(kept), LD_LIBRARY_PATH: join(native, 'lib'), LC_ALL: 'C', TZ: 'UTC' };
}

function startFailure(log, port, logFile) {
  if (/Address already in use/.test(log)) return `Postgres cannot use port ${port}: another program listens there`;
  return `Postgres did not start: ${reasonIn(log)} (all of it: ${logFile})`;
}

/** Sessions that hang (stopped, or waiting for a disk) do not notice that their server was killed. */
function leftBehind(home, logFile) {
  const pids = processesIn(home);
  const found = pids.length > 0 ? `: ${pids.join(', ')}; "kill -9 ${pids.join(' ')}"` : ` in ${home}; kill -9 them`;
  return `Postgres cannot start while processes of the one before hang${found}, then start again (no data is lost; log: ${logFile})`;
}

/** Each process of a Postgres works in its data folder. */
function processesIn(home) {
  if (process.platform !== 'linux') return [];
  const folder = realpathSync(home);
  const isIn = (pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder;
    } catch {
      return false; // it ended meanwhile, or is somebody else's
    }
  };
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isIn(name));
}

function reasonIn(text) {
  if (/No space left on device/.test(text)) return 'the disk is full, free some space and start again';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? lines.at(-1) ?? 'no output';
  return reason.replace(/^.*?(FATAL|PANIC|error):\s*/i, '').trim();
}
