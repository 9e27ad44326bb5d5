import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readEnvFile } from '../../scripts/lib/env-file.mjs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { runCommand } from '../../scripts/lib/run-command.mjs';
import { eventually } from '../support/eventually.js';
import { newDataDir, processesOn, startLauncher, type Launcher } from '../support/launcher.js';

const RUN_CLI = resolve(import.meta.dirname, '../../scripts/run-cli.mjs');

let dataDir: string;
let env: Record<string, string>;
let url: string;
let running: Launcher;

beforeAll(async () => {
  dataDir = newDataDir();
  const port = await freePort();
  env = { NABOOM_DATA_DIR: dataDir, PORT: String(port) };
  url = `http://127.0.0.1:${port}`;
  running = startLauncher(env);
  await running.ready();
});

afterAll(async () => {
  for (const pid of processesOn(dataDir)) process.kill(pid, 'SIGKILL');
  await eventually(() => processesOn(dataDir).length === 0, { what: 'the end of every process' });
  rmSync(dataDir, { recursive: true });
});

const generatedFile = () => join(dataDir, 'generated.env');
const redisPasswords = () =>
  Object.fromEntries(Object.entries(readEnvFile(generatedFile())).filter(([name]) => /^REDIS_.*PASSWORD/.test(name)));
const acl = (...args: string[]) =>
  runCommand(process.execPath, [RUN_CLI, 'acl', ...args], { env: { PATH: process.env.PATH, ...env } });

async function raiseLive(): Promise<void> {
  const raised = async () => {
    const response = await fetch(`${url}/api/v1/emergency/alerts`, { method: 'POST' });
    expect([response.status, ((await response.json()) as { realtime: string }).realtime]).toEqual([201, 'live']);
    return true;
  };
  await eventually(raised, { everyMs: 200, what: 'an alert that is told at once' });
}

it('npm start: the passwords that it generated are rotated while it runs, and good for its next start', async () => {
  const before = readEnvFile(generatedFile());
  const passwords = redisPasswords();
  const { code, stdout } = await acl('rotate');
  expect([code, stdout]).toEqual([0, expect.stringMatching(/ 0 failed\n$/)]);

  const after = redisPasswords();
  const changed = Object.keys(after).filter((name) => after[name] !== passwords[name]);
  expect(changed.toSorted()).toEqual(
    ['APP', 'MONITORING', 'REALTIME', 'WEBSOCKET'].map((role) => `REDIS_${role}_PASSWORD`),
  );
  expect({ ...readEnvFile(generatedFile()), ...passwords }).toEqual(before);
  expect(statSync(generatedFile()).mode & 0o777).toBe(0o600);
  expect(readdirSync(dataDir).filter((name) => name.includes('previous'))).toEqual([]);
  const log = readFileSync(join(dataDir, 'app.log'), 'utf8');
  expect(log).toContain('took a new password of the Redis user');
  expect([...Object.values(passwords), ...Object.values(after)].filter((secret) => log.includes(secret))).toEqual([]);
  expect((await acl('diff')).code).toBe(0);
  await raiseLive();

  running.child.kill('SIGINT');
  await running.exit();
  running = startLauncher(env);
  await running.ready();
  await raiseLive();
});
