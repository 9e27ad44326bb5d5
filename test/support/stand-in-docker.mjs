import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isRunning, sendSignal } from '../../scripts/lib/process-identity.mjs';

/**
 * Answers as the docker program does, for the commands that `npm start` uses and for no other spelling of them. The
 * "container" is the real redis-server, in a session of its own: like a container it outlives a killed docker program.
 */
const { folder, redis } = JSON.parse(readFileSync(process.env.STAND_IN_DOCKER, 'utf8'));
const container = join(folder, 'container.json');
const image = join(folder, 'image');
const IMAGE = 'redis:7.2-bookworm';
const argv = process.argv.slice(2);

appendFileSync(join(folder, 'calls.jsonl'), `${JSON.stringify(argv)}\n`);
const failures = join(folder, 'failures.json');
const failure = existsSync(failures) ? JSON.parse(readFileSync(failures, 'utf8'))[argv[0]] : undefined;
if (failure === 'hangs') setInterval(() => undefined, 60_000);
else if (failure) fail(failure, argv[0] === 'run' ? 125 : 1);
else await answer();

async function answer() {
  const { name } = running() ?? {};
  switch (argv[0]) {
    case 'info':
      require(['info', '--format', '{{.ServerVersion}} {{json .SecurityOptions}}']);
      return process.stdout.write('27.5.1 ["name=seccomp,profile=builtin","name=cgroupns"]\n');
    case 'image':
      require(['image', 'inspect', '--format', '{{.Id}}', IMAGE]);
      return existsSync(image) ? undefined : fail(`Error response from daemon: No such image: ${IMAGE}`);
    case 'pull':
      require(['pull', '--quiet', IMAGE]);
      return writeFileSync(image, '');
    case 'run':
      return run();
    case 'stop':
      require(['stop', '-t', '10', argv.at(-1)]);
      return name === argv.at(-1) ? end('SIGTERM') : noSuchContainer();
    case 'rm':
      require(['rm', '--force', argv.at(-1)]);
      return name === argv.at(-1) ? end('SIGKILL') : noSuchContainer();
    case 'ps':
      require(['ps', '--all', '--quiet', '--filter', argv.at(-1)]);
      if (name !== undefined && argv.at(-1) === `name=${name}`) process.stdout.write('0123456789ab\n');
      return undefined;
    default:
      return fail(`docker: '${argv[0]}' is not a docker command.`);
  }
}

function run() {
  const after = (option) => argv[argv.indexOf(option) + 1] ?? '';
  const name = match(/^naboom-redis-[0-9a-f]{12}$/, after('--name'))[0];
  const port = match(/^127\.0\.0\.1:(\d+):6379$/, after('--publish'))[1];
  const dir = match(/^(\/[^:]+):\/data:Z$/, after('--volume'))[1];
  const rights = ['--user', `${process.getuid()}:${process.getgid()}`];
  rights.push('--cap-drop', 'ALL', '--security-opt', 'no-new-privileges');
  const ways = ['--publish', `127.0.0.1:${port}:6379`, '--volume', `${dir}:/data:Z`];
  const program = ['--entrypoint', 'redis-server', IMAGE, '/data/redis.conf'];
  require(['run', '--rm', '--name', name, ...rights, ...ways, ...program]);
  if (!existsSync(image)) fail(`Unable to find image '${IMAGE}' locally`, 125);
  if (running()) fail(`docker: Error response from daemon: Conflict. The container name "/${name}" is in use.`, 125);
  const child = spawn(redis.path, [asSeenFromOutside(dir, port)], {
    detached: true,
    stdio: 'inherit',
    env: redis.libraryPath ? { ...process.env, LD_LIBRARY_PATH: redis.libraryPath } : process.env,
  });
  writeFileSync(container, JSON.stringify({ name, ...identify(child.pid) }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => sendSignal(child.pid, signal));
  child.on('exit', (code) => {
    rmSync(container, { force: true });
    process.exitCode = code ?? 137;
  });
}

/** What the engine does with mounts and ports, done to the configuration. */
function asSeenFromOutside(dir, port) {
  let lines = readFileSync(join(dir, 'redis.conf'), 'utf8');
  for (const [inside, outside] of [
    ['bind * -::*\n', 'bind 127.0.0.1\n'],
    ['port 6379\n', `port ${port}\n`],
    ['dir "/data"\n', `dir "${dir}"\n`],
    ['logfile "/data/', `logfile "${dir}/`],
    ['aclfile "/data/', `aclfile "${dir}/`],
  ]) {
    if (!lines.includes(inside)) fail(`redis.conf lacks ${inside}`, 125);
    lines = lines.replace(inside, outside);
  }
  const file = join(folder, 'redis.conf');
  writeFileSync(file, lines, { mode: 0o600 });
  return file;
}

async function end(signal) {
  const identity = running();
  sendSignal(identity.pid, signal);
  while (isRunning(identity)) await delay(10);
  rmSync(container, { force: true });
}

function running() {
  if (!existsSync(container)) return undefined;
  const record = JSON.parse(readFileSync(container, 'utf8'));
  return isRunning(record) ? record : undefined;
}

function require(expected) {
  if (JSON.stringify(argv) !== JSON.stringify(expected)) fail(`not the command that was meant: ${argv.join(' ')}`, 125);
}

function match(pattern, text) {
  return pattern.exec(text) ?? fail(`not as meant: ${text}`, 125);
}

function noSuchContainer() {
  fail(`Error response from daemon: No such container: ${argv.at(-1)}`);
}

function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}
