import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { newDataDir, processesOn, startLauncher } from '../support/launcher.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let dataDir: string;
let port: string;
let redis: TestRedis;
let database: TestDatabase;

beforeAll(async () => {
  dataDir = newDataDir();
  port = String(await freePort());
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
});

afterAll(async () => {
  await Promise.all([redis.stop(), database.drop()]);
  rmSync(dataDir, { recursive: true });
});

/** Starts with servers that exist, changed by `env`; gives what it said, after it left nothing running. */
async function refusal(env: Record<string, string>): Promise<string[]> {
  const launcher = startLauncher({
    ...redis.env,
    DATABASE_URL: database.url,
    NABOOM_DATA_DIR: dataDir,
    PORT: port,
    ...env,
  });
  await expect(launcher.exit()).resolves.toBe(1);
  expect(processesOn(dataDir)).toEqual([]);
  const passwords = Object.entries({ ...redis.env, ...env }).filter(([name]) => name.endsWith('_PASSWORD'));
  for (const [, password] of passwords) expect(launcher.output()).not.toContain(password);
  return launcher.output().trim().split('\n');
}

describe('npm start', () => {
  it('names a taken port and how to choose another', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = (other.address() as AddressInfo).port;
    try {
      expect(await refusal({ PORT: String(taken) })).toEqual([
        expect.stringMatching(new RegExp(`^Port ${taken} is taken .*"PORT=${taken + 1} npm start"`)),
      ]);
    } finally {
      other.close();
    }
  });

  it('names a port that is none', async () => {
    expect(await refusal({ PORT: 'http' })).toEqual(['PORT=http is not a port: choose a number from 1 to 65535']);
  });

  it('names a data folder that cannot be used', async () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');
    expect(await refusal({ NABOOM_DATA_DIR: file })).toEqual([
      expect.stringMatching(
        /^The data folder .*a-file cannot be used \(EEXIST\): choose another with NABOOM_DATA_DIR=/,
      ),
    ]);
  });

  it('names the variable of a wrong Redis password', async () => {
    expect(await refusal({ REDIS_APP_PASSWORD: 'not-the-password' })).toEqual([
      expect.stringMatching(/^Redis at .* refuses the login of app_user \(WRONGPASS\): correct REDIS_APP_PASSWORD/),
    ]);
  });

  it('names a Redis and a Postgres that are away, a line each', async () => {
    const away = await freePort();
    const env = { REDIS_URL: `redis://127.0.0.1:${away}`, DATABASE_URL: `postgres://u:hidden@127.0.0.1:${away}/x` };
    const lines = await refusal(env);
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^Redis cannot be reached at 127.0.0.1:${away}: start it`)),
      expect.stringMatching(new RegExp(`^Postgres cannot be reached at 127.0.0.1:${away}: start it`)),
    ]);
    expect(lines.join('\n')).not.toContain('hidden');
  });

  it('names a redis-server that is too old', async () => {
    const old = join(dataDir, 'old-redis');
    writeFileSync(old, '#!/bin/sh\necho "Redis server v=6.0.16 sha=00000000:0"\n', { mode: 0o755 });
    expect(await refusal({ REDIS_URL: '', REDIS_SERVER_BIN: old })).toEqual([
      `REDIS_SERVER_BIN=${old} is 6.0.16, but 7.0 or later is needed`,
    ]);
  });

  it('lists every problem of the configuration', async () => {
    const lines = await refusal({ NABOOM_TIME_ZONE: 'Mars/Olympus', REDIS_APP_USER: 'default' });
    expect(lines[0]).toMatch(/2 problem/);
    expect(lines.join('\n')).toMatch(/NABOOM_TIME_ZONE/);
    expect(lines.join('\n')).toMatch(/REDIS_APP_USER/);
  });

  it('names an option that it does not know', async () => {
    const launcher = startLauncher({ NABOOM_DATA_DIR: dataDir }, ['node', 'scripts/start.mjs', '--sed']);
    await expect(launcher.exit()).resolves.toBe(1);
    expect(launcher.output()).toBe('Unknown option --sed. Usage: npm start [-- --seed]\n');
  });

  it.each([
    ['SIGKILL', 'The app ended by itself: SIGKILL killed it\n'],
    ['SIGTERM', 'The app was asked to stop (SIGTERM to its own process), and did'],
  ])('tells what %s did to the app', async (signal, words) => {
    const env = { ...redis.env, DATABASE_URL: database.url, NABOOM_DATA_DIR: dataDir, PORT: port };
    const launcher = startLauncher(env);
    await launcher.ready();
    const { pid } = JSON.parse(readFileSync(join(dataDir, 'app.json'), 'utf8')) as { pid: number };
    process.kill(pid, signal);
    await expect(launcher.exit()).resolves.toBe(1);
    expect(launcher.output()).toContain(words);
  });
});
