import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../../scripts/lib/env-file.mjs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { isRunning } from '../../scripts/lib/process-identity.mjs';
import { eventually } from '../support/eventually.js';
import { newDataDir, processesOn, startLauncher, type Launcher } from '../support/launcher.js';
import { standInDocker, type StandInDocker } from '../support/stand-in-docker.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Each test starts and stops a whole system; on a busy machine that takes its time. */
jest.setTimeout(60_000);

/** A folder for one system, on a machine whose docker is a stand-in. */
interface Machine {
  readonly docker: StandInDocker;
  readonly dataDir: string;
  readonly env: Record<string, string>;
  readonly database: TestDatabase;
}

async function openMachine(): Promise<Machine> {
  const database = await createTestDatabase();
  const docker = standInDocker();
  const dataDir = newDataDir();
  rmSync(join(dataDir, 'redis-bin'), { force: true });
  const env = { NABOOM_DATA_DIR: dataDir, PORT: String(await freePort()), DATABASE_URL: database.url, ...docker.env };
  return { docker, dataDir, env, database };
}

async function closeMachine({ docker, dataDir, database }: Machine): Promise<void> {
  for (const pid of processesOn(dataDir)) process.kill(pid, 'SIGKILL');
  const container = docker.container();
  if (container && isRunning(container)) process.kill(container.pid, 'SIGKILL');
  await eventually(() => processesOn(dataDir).length === 0, { what: 'the end of every process' });
  rmSync(dataDir, { recursive: true });
  docker.remove();
  await database.drop();
}

/** A test on a machine of its own: they run beside each other, as much of their time they wait. */
const onMachine =
  <Args extends unknown[]>(work: (machine: Machine, ...args: Args) => Promise<void>) =>
  async (...args: Args) => {
    const machine = await openMachine();
    try {
      await work(machine, ...args);
    } finally {
      await closeMachine(machine);
    }
  };

async function start({ env }: Machine): Promise<Launcher> {
  const launcher = startLauncher(env);
  await launcher.ready();
  return launcher;
}

async function refusal({ env, dataDir }: Machine): Promise<string> {
  const launcher = startLauncher(env);
  await expect(launcher.exit()).resolves.toBe(1);
  expect(processesOn(dataDir)).toEqual([]);
  return launcher.output().trim().split('\n').at(-1) ?? '';
}

function commands(docker: StandInDocker): (string | undefined)[] {
  return docker.calls().map(([command]) => command);
}

async function raise({ env }: Machine): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${env.PORT}/api/v1/emergency/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: 'fire' }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

describe('npm start without redis-server and apt, with a stand-in for docker that runs the real redis-server', () => {
  it.concurrent(
    'fetches the image, serves alerts, shows docker no secret and stops the container with itself',
    onMachine(async (machine) => {
      const { docker, dataDir } = machine;
      const launcher = await start(machine);
      await raise(machine);
      const { pid, name, startedAt } = docker.container() ?? { pid: 0, name: '', startedAt: '' };
      expect(isRunning({ pid, startedAt })).toBe(true);
      expect(commands(docker)).toEqual(['info', 'image', 'pull', 'run']);
      const image = docker.calls().at(-1)?.at(-2);
      expect(readFileSync('docker/compose.yaml', 'utf8')).toContain(`image: ${image}\n`);
      expect(statSync(join(dataDir, 'redis/users.acl')).mode & 0o777).toBe(0o600);
      const secrets = Object.entries(readEnvFile(join(dataDir, 'generated.env'))).filter(([key]) => /PASSW/.test(key));
      expect(secrets).toHaveLength(5);
      for (const [, secret] of secrets) expect(JSON.stringify(docker.calls())).not.toContain(secret);
      const config = readFileSync(join(dataDir, 'redis/redis.conf'), 'utf8').split('\n');
      expect(config).toEqual(expect.arrayContaining(['appendonly yes', 'maxmemory-policy noeviction']));

      launcher.child.kill('SIGINT');
      await expect(launcher.exit()).resolves.toBe(0);
      expect(docker.calls()).toContainEqual(['stop', '-t', '10', name]);
      expect(isRunning({ pid, startedAt })).toBe(false);
      expect(processesOn(dataDir)).toEqual([]);
      expect(readFileSync(join(dataDir, 'redis/redis.log'), 'utf8')).toContain('Redis is now ready to exit');
    }),
  );

  it.concurrent(
    'stops the container that outlived a kill -9 of everything else, and goes on with its data',
    onMachine(async (machine) => {
      const { docker, dataDir } = machine;
      const launcher = await start(machine);
      await raise(machine);
      const before = docker.container();
      for (const pid of processesOn(dataDir)) process.kill(pid, 'SIGKILL');
      await launcher.exit();
      expect(isRunning(before)).toBe(true);

      const next = await start(machine);
      expect(isRunning(before)).toBe(false);
      expect(docker.container()).toMatchObject({ name: before?.name });
      expect(docker.calls()).toContainEqual(['stop', '-t', '10', before?.name]);
      expect(readFileSync(join(dataDir, 'redis/redis.log'), 'utf8')).toContain('DB loaded from append only file');
      next.child.kill('SIGTERM');
      await expect(next.exit()).resolves.toBe(0);
      expect(processesOn(dataDir)).toEqual([]);
    }),
  );

  it.concurrent(
    'refuses in one line while a container that nobody can stop holds the data',
    onMachine(async (machine) => {
      const { docker, dataDir } = machine;
      const launcher = await start(machine);
      const container = docker.container();
      for (const pid of processesOn(dataDir)) process.kill(pid, 'SIGKILL');
      await launcher.exit();
      const away = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.';
      docker.fail({ stop: away, rm: away, ps: away });
      await expect(refusal(machine)).resolves.toBe(`The Redis container ${container?.name} cannot be stopped: ${away}`);
    }),
  );

  it.concurrent.each([
    ['has no engine', { info: 'Cannot connect to the Docker daemon.' }, 'Docker cannot be used: Cannot connect to the'],
    ['does not answer', { info: 'hangs' }, 'Docker cannot be used: no answer within 5 s'],
    ['cannot fetch', { pull: 'Error: toomanyrequests' }, 'Docker cannot fetch redis:7.2-bookworm: Error: toomanyreq'],
  ])(
    'says in one line when docker %s, and which other ways there are',
    onMachine(async (machine, _what: string, failures: Record<string, string>, line: string) => {
      const { docker } = machine;
      docker.fail(failures);
      const said = await refusal(machine);
      expect(said).toMatch(/^No redis-server 7\.0 or later found \(Docker .*Install one: "sudo apt-get install/);
      expect(said).toContain(`(${line}`);
    }),
  );

  it.concurrent(
    'says in one line why docker did not run the container',
    onMachine(async (machine) => {
      const { docker } = machine;
      docker.fail({ run: 'docker: Error response from daemon: invalid mount.\n\nRun "docker run --help"' });
      await expect(refusal(machine)).resolves.toMatch(
        /^Redis did not start: docker: Error response from daemon: invalid mount\. /,
      );
      docker.fail({
        run: 'docker: Error response from daemon: Bind for 127.0.0.1:1 failed: port is already allocated.',
      });
      await expect(refusal(machine)).resolves.toMatch(/^Redis cannot use port \d+: another program listens there$/);
    }),
  );
});
