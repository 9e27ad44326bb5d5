import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { layOutImage, ownFolder, startInTree } from '../support/container-tree.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { testServers } from '../support/test-servers.js';

const root = join(testServers().folder, `container-${process.pid}`);
const tree = join(root, 'app');
const secrets = join(root, 'secrets');
const secret = (path: string) => readFileSync(join(secrets, path), 'utf8').trim();

/** Runs one of the image's commands to its end. */
async function run(args: string[], env: Record<string, string> = {}) {
  const child = startInTree({ tree, args, env });
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, output: child.output() };
}
const init = (...args: string[]) => run(['dist/cli/init.js', secrets, ...args]);

beforeAll(() => {
  mkdirSync(root, { recursive: true });
  chmodSync(root, 0o755);
  layOutImage(tree);
  ownFolder(secrets);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the init step, as an unprivileged user on a read-only tree', () => {
  it('makes every secret once, readable by its owner alone', async () => {
    const first = await init();
    expect(first).toMatchObject({ code: 0 });
    const files = [
      'app/operator-key',
      'app/database-url',
      'app/redis-app-password',
      'app/vapid-private-key',
      'admin/redis-master-password',
    ];
    const before = files.map(secret);
    expect(before.every((text) => text.length >= 40)).toBe(true);
    for (const file of files) expect(statSync(join(secrets, file)).mode & 0o777).toBe(0o600);
    expect(statSync(join(secrets, 'app')).mode & 0o777).toBe(0o700);
    expect(first.output).not.toContain(before[0]);

    const second = await init();
    expect(second).toMatchObject({ code: 0, output: expect.stringContaining('Every secret is there already') });
    expect(files.map(secret)).toEqual(before);
    expect(readdirSync(join(secrets, 'app')).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('replaces a lost secret alone, and keeps the others', async () => {
    const key = secret('app/operator-key');
    rmSync(join(secrets, 'admin/redis-master-password'));
    await expect(init()).resolves.toMatchObject({
      code: 0,
      output: expect.stringMatching(/^made .*master-password\n/),
    });
    expect(secret('app/operator-key')).toBe(key);
  });

  it('lets a further group read what belongs to another service', async () => {
    const { gid } = statSync(secrets);
    await expect(init('--group', `redis=${gid}`)).resolves.toMatchObject({ code: 0 });
    expect(statSync(join(secrets, 'redis')).mode & 0o777).toBe(0o750);
    expect(statSync(join(secrets, 'redis/users.acl')).mode & 0o777).toBe(0o640);
    expect(statSync(join(secrets, 'postgres')).mode & 0o777).toBe(0o700);
  });

  it.each([[[]], [['a', 'b']], [['a', '--group', 'nobody=1']], [['a', '--group', 'redis=x']], [['a', '--what']]])(
    'explains itself when called as %j',
    async (args) => {
      const { code, output } = await run(['dist/cli/init.js', ...args]);
      expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining('Usage: init <folder>') });
    },
  );
});

describe('docker/redis.conf with the rendered users', () => {
  it('boots a real redis-server: who signs in may work, nobody else, and nothing is evicted', async () => {
    const { server, port } = await startConfiguredRedis();
    const connect = (username: string, password: string) =>
      new Redis({ port, username, password, lazyConnect: true, retryStrategy: () => null, disableClientInfo: true });
    const monitoring = connect('monitoring_user', secret('redis/monitoring-password'));
    const admin = connect('naboom_admin', secret('admin/redis-master-password'));
    const stranger = new Redis({ port, lazyConnect: true, retryStrategy: () => null, enableReadyCheck: false });
    stranger.on('error', () => undefined); // it is refused, which is the point
    try {
      await expect(monitoring.ping()).resolves.toBe('PONG');
      await expect(monitoring.set('naboom:cache:1:x', 'y')).rejects.toThrow('NOPERM');
      await expect(stranger.ping()).rejects.toThrow('NOAUTH');
      await expect(admin.config('GET', 'maxmemory-policy')).resolves.toEqual(['maxmemory-policy', 'noeviction']);
      await expect(admin.config('GET', 'appendonly')).resolves.toEqual(['appendonly', 'yes']);
      await expect(admin.config('GET', 'appendfsync')).resolves.toEqual(['appendfsync', 'everysec']);
      expect(await admin.config('GET', 'maxmemory')).toEqual(['maxmemory', String(256 * 1024 * 1024)]);
    } finally {
      for (const client of [monitoring, admin, stranger]) client.disconnect();
      await end(server);
    }
  });
});

describe('the processes of the image, as an unprivileged user on a read-only tree', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('migrates, serves page and alerts with secrets from files, is healthy also without Redis, and ends when asked to', async () => {
    const { server, port: redisPort } = await startConfiguredRedis();
    const [port, workerPort] = await Promise.all([freePort(), freePort()]);
    rmSync(join(secrets, 'app/database-url'));
    writeFileSync(join(secrets, 'app/database-url'), `${database.url}\n`, { mode: 0o644 });
    const env = { ...fileEnvironment(redisPort), PORT: String(port), NABOOM_WORKER_PORT: String(workerPort) };
    await expect(run(['dist/cli/migrate.js'], env)).resolves.toMatchObject({ code: 0 });
    await expect(run(['dist/cli/healthcheck.js'], env)).resolves.toMatchObject({ code: 1 });

    const api = startInTree({ tree, args: ['dist/main.js', 'api'], env });
    const worker = startInTree({ tree, args: ['dist/main.js', 'worker'], env });
    try {
      const check = async (role: string, ...question: string[]) =>
        (await run(['dist/cli/healthcheck.js', ...question], { ...env, NABOOM_ROLE: role })).code;
      const isReady = async (role: string) => (await check(role, 'ready')) === 0;
      await eventually(() => isReady('api'), { withinMs: 15_000, what: `the API (${api.output()})` });
      await eventually(() => isReady('worker'), { withinMs: 15_000, what: `the worker (${worker.output()})` });
      const page = await fetch(`http://127.0.0.1:${port}/`);
      expect(await page.text()).toContain('Call for help');
      expect((await fetch(`http://127.0.0.1:${port}/assets/socket.io.js`)).status).toBe(200);
      const raised = await fetch(`http://127.0.0.1:${port}/api/v1/emergency/alerts`, { method: 'POST' });
      expect(raised.status).toBe(201);
      await end(server);
      await eventually(async () => !(await isReady('worker')), { what: 'a worker that misses its queue' });
      expect([await check('worker'), await check('api'), await check('api', 'ready')]).toEqual([0, 0, 0]);
    } finally {
      await Promise.all([end(api), end(worker)]);
      await end(server);
    }
    expect(api.output()).not.toMatch(/EROFS|EACCES|EPERM/);
  }, 60_000);
});

/** As docker/compose.yaml passes them. */
function fileEnvironment(redisPort: number): Record<string, string> {
  const roles = ['app', 'websocket', 'realtime', 'monitoring'];
  const redis = roles.map((role) => [
    `REDIS_${role.toUpperCase()}_PASSWORD_FILE`,
    join(secrets, `app/redis-${role}-password`),
  ]);
  return {
    PATH: process.env.PATH ?? '',
    REDIS_URL: `127.0.0.1:${redisPort}`,
    NABOOM_OPERATOR_KEY_FILE: join(secrets, 'app/operator-key'),
    DATABASE_URL_FILE: join(secrets, 'app/database-url'),
    ...Object.fromEntries(redis),
  };
}

/** docker/redis.conf, with the container's paths and port mapped to ours. */
async function startConfiguredRedis(): Promise<{ server: ChildProcess; port: number }> {
  const port = await freePort();
  const dir = join(root, `redis-${port}`);
  mkdirSync(dir);
  const config = readFileSync(resolve(import.meta.dirname, '../../docker/redis.conf'), 'utf8')
    .replace('port 6379', `port ${port}`)
    .replace('bind * -::*', 'bind 127.0.0.1')
    .replace('/secrets/redis/users.acl', join(secrets, 'redis/users.acl'))
    .replace('dir /data', `dir ${dir}`);
  writeFileSync(join(dir, 'redis.conf'), config);
  const { path, libraryPath } = testServers().redis;
  const env = { PATH: process.env.PATH, ...(libraryPath === undefined ? {} : { LD_LIBRARY_PATH: libraryPath }) };
  const server = spawn(path, [join(dir, 'redis.conf')], { cwd: dir, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let log = '';
  server.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
  await eventually(
    () => {
      if (server.exitCode !== null) throw new Error(log);
      return log.includes('Ready to accept connections');
    },
    { what: 'Redis on docker/redis.conf' },
  );
  return { server, port };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
