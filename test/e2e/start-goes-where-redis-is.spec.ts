import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { appendToEnvFile, readEnvFile } from '../../scripts/lib/env-file.mjs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { newDataDir, processesOn, startLauncher } from '../support/launcher.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestSentinels, type TestSentinels } from '../support/test-sentinels.js';

jest.setTimeout(60_000);

let dataDir: string;
let sentinels: TestSentinels;
let database: TestDatabase;
let env: Record<string, string>;
const generatedFile = () => join(dataDir, 'generated.env');

beforeAll(async () => {
  dataDir = newDataDir();
  const port = String(await freePort());
  [sentinels, database] = await Promise.all([startTestSentinels(), createTestDatabase()]);
  const key = 'operator-key-of-the-start-test';
  env = { DATABASE_URL: database.url, NABOOM_OPERATOR_KEY: key, NABOOM_DATA_DIR: dataDir, PORT: port };
});

afterAll(async () => {
  for (const pid of processesOn(dataDir)) process.kill(pid, 'SIGKILL'); // of a test that failed
  await Promise.all([sentinels?.stop(), database?.drop()]);
  rmSync(dataDir, { recursive: true });
});

async function runCli(args: readonly string[], given: Record<string, string>) {
  const cli = startLauncher({ ...env, ...given }, ['node', 'scripts/run-cli.mjs', ...args]);
  return { code: await cli.exit(), output: cli.output() };
}

/** What a start noted that found no Redis named, and started one. */
function noteOwnRedis(): void {
  appendToEnvFile(generatedFile(), { REDIS_URL: 'redis://127.0.0.1:1', REDIS_APP_PASSWORD: 'of-the-own-redis' });
}

describe('a Redis that is named otherwise than by REDIS_URL', () => {
  it('is used by npm start, which starts none and notes none', async () => {
    const launcher = startLauncher({ ...env, ...sentinels.env });
    await launcher.ready();
    const health = await fetch(`http://127.0.0.1:${env.PORT}/health`);
    expect(await health.json()).toMatchObject({ redis_status: 'connected', isolation: 'acl' });
    expect(Object.keys(readEnvFile(generatedFile())).filter((name) => name.startsWith('REDIS_'))).toEqual([]);
    expect(launcher.output()).not.toContain('The Redis ACL is not as it should be');
    launcher.child.kill('SIGTERM');
    await expect(launcher.exit()).resolves.toBe(0);
  });

  it('is used by the command lines after npm start had a Redis of its own', async () => {
    noteOwnRedis();
    const { code, output } = await runCli(['acl', 'diff'], sentinels.env);
    for (const { port } of sentinels.servers) expect(output).toContain(`127.0.0.1:${port}`);
    expect(output).not.toContain('FAIL');
    expect(code).toBe(0);
  });

  it.each([
    ['REDIS_SENTINELS', 'the master "mymaster" of the sentinels 127.0.0.1:2'],
    ['REDIS_CLUSTER_NODES', 'the cluster 127.0.0.1:2'],
    ['REDIS_URL', '127.0.0.1:2'],
  ])('is shown where %s says it is, with none of the credentials of our own', async (name, place) => {
    noteOwnRedis();
    const { code, output } = await runCli(['config'], { [name]: '127.0.0.1:2' });
    expect(output).toContain(`# Redis role app: no login at ${place}, db 0`);
    expect(code).toBe(0);
  });
});
