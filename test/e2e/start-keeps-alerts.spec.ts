import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { readEnvFile } from '../../scripts/lib/env-file.mjs';
import { eventually } from '../support/eventually.js';
import { newDataDir, processesOn, startLauncher, type Launcher } from '../support/launcher.js';

/** Each test starts or stops a whole system; on a busy machine that takes its time. */
jest.setTimeout(60_000);

let dataDir: string;
let env: Record<string, string>;
let url: string;
let running: Launcher | undefined;

beforeAll(async () => {
  dataDir = newDataDir();
  const port = await freePort();
  env = { NABOOM_DATA_DIR: dataDir, PORT: String(port) };
  url = `http://127.0.0.1:${port}/api/v1/emergency/alerts`;
});

afterAll(async () => {
  killEverything();
  await nothingRuns();
  rmSync(dataDir, { recursive: true });
});

async function start(command?: readonly string[]): Promise<Launcher> {
  running = startLauncher(env, command);
  await running.ready();
  return running;
}

function killEverything(): void {
  for (const pid of processesOn(dataDir)) process.kill(pid, 'SIGKILL');
}

function nothingRuns(): Promise<boolean> {
  return eventually(() => processesOn(dataDir).length === 0, { what: 'the end of every process' });
}

async function raise(message: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message }),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

async function messageOf(id: string): Promise<string | undefined> {
  const key = readEnvFile(join(dataDir, 'generated.env')).NABOOM_OPERATOR_KEY;
  const response = await fetch(`${url}/${id}`, { headers: { authorization: `Bearer ${key}` } });
  return ((await response.json()) as { message?: string }).message;
}

/** One life of a system on one data folder; each test goes on where the one before it stopped. */
describe('npm start on one data folder', () => {
  let first: string;
  let generated: string;

  it('starts from nothing and shows no secret', async () => {
    const launcher = await start();
    first = await raise('before the crash');
    generated = readFileSync(join(dataDir, 'generated.env'), 'utf8');
    expect(statSync(join(dataDir, 'generated.env')).mode & 0o777).toBe(0o600);
    const secrets = Object.entries(readEnvFile(join(dataDir, 'generated.env'))).filter(([name]) =>
      /KEY|PASSWORD/.test(name),
    );
    expect(secrets).toHaveLength(7);
    for (const [, secret] of secrets) expect(launcher.output()).not.toContain(secret);
  });

  it('refuses a second start on the same folder in one line', async () => {
    const second = startLauncher({ ...env, PORT: String(await freePort()) });
    await expect(second.exit()).resolves.toBe(1);
    expect(second.output()).toMatch(
      /^Already running on .*: http:\/\/127\.0\.0\.1:\d+ \(process \d+\)\. Stop it .*\n$/,
    );
  });

  it('has every acknowledged alert after kill -9 of everything', async () => {
    const last = await raise('acknowledged just before the power went');
    killEverything();
    await running?.exit();
    await start();
    await expect(messageOf(last)).resolves.toBe('acknowledged just before the power went');
    await expect(messageOf(first)).resolves.toBe('before the crash');
    expect(readFileSync(join(dataDir, 'generated.env'), 'utf8')).toBe(generated);
  });

  it('says so when its Redis ends by itself, and takes alerts all the same', async () => {
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'redis', 'identity.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    await eventually(() => running?.output().includes('Redis has ended by itself'), { what: 'the word of it' });
    await expect(messageOf(await raise('without Redis'))).resolves.toBe('without Redis');
  });

  it('takes over what a killed launcher left running, and Ctrl-C twice leaves nothing', async () => {
    const before = processesOn(dataDir);
    process.kill(Number(running?.child.pid), 'SIGKILL');
    await running?.exit();
    const launcher = await start();
    expect(processesOn(dataDir).filter((pid) => before.includes(pid))).toEqual([]);
    await expect(messageOf(first)).resolves.toBe('before the crash');
    launcher.child.kill('SIGINT');
    await eventually(() => launcher.output().includes('Stopping'), { what: 'the drain' });
    launcher.child.kill('SIGINT');
    await expect(launcher.exit()).resolves.toBe(0);
    expect(processesOn(dataDir)).toEqual([]);
  });

  it('ends with npm, also when npm dies of a signal without passing it on', async () => {
    const launcher = await start(['npm', 'start']);
    launcher.child.kill('SIGKILL');
    await expect(nothingRuns()).resolves.toBe(true);
  });
});
