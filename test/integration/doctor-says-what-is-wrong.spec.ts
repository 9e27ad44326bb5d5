import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { runDoctorCommand } from '../../src/doctor/doctor-command.js';
import type { AclCheck } from '../../src/redis/acl/check.js';
import { keys } from '../../src/redis/redis.keys.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

interface Diagnosis {
  readonly code: number;
  readonly healthy: boolean;
  readonly checks: readonly AclCheck[];
  readonly text: string;
}

let redis: TestRedis;
let database: TestDatabase;
let dataDir: string;
let env: Record<string, string>;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  dataDir = mkdtempSync(join(tmpdir(), 'naboom-doctor-'));
  writeFileSync(join(dataDir, 'generated.env'), '', { mode: 0o600 });
  env = {
    ...redis.env,
    DATABASE_URL: database.url,
    NABOOM_OPERATOR_KEY: 'operator-key-of-the-doctor-test',
    NABOOM_DATA_DIR: dataDir,
    PORT: String(await freePort()),
  };
});

afterAll(async () => {
  await Promise.all([redis.stop(), database.drop()]);
  rmSync(dataDir, { recursive: true });
});

async function examine(changes: Record<string, string> = {}): Promise<Diagnosis> {
  const lines: string[] = [];
  const code = await runDoctorCommand(['--json'], { ...env, ...changes }, (line) => lines.push(line));
  const text = lines.join('\n');
  return { code, text, ...(JSON.parse(text) as Pick<Diagnosis, 'healthy' | 'checks'>) };
}

function failures({ checks }: Diagnosis): string[] {
  return checks.filter(({ result }) => result === 'failed').map(({ subject, detail }) => `${subject}: ${detail}`);
}

/** What was found wrong, proven not to be the doctor's usual answer and to hold no secret. */
async function complaintsAbout(changes: Record<string, string>): Promise<string> {
  const diagnosis = await examine(changes);
  expect(diagnosis).toMatchObject({ code: 1, healthy: false });
  const secrets = Object.entries({ ...env, ...changes }).filter(([name]) => /PASSWORD|KEY/.test(name));
  for (const [, secret] of secrets) expect(diagnosis.text).not.toContain(secret);
  return failures(diagnosis).join('\n');
}

describe('npm run doctor', () => {
  it('finds a whole system healthy and says what it looked at', async () => {
    const lines: string[] = [];
    const code = await runDoctorCommand([], env, (line) => lines.push(line));
    expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
    expect(code).toBe(0);
    expect(lines.at(-1)).toBe('Healthy');
    for (const subject of ['node', 'disk', 'secrets', 'port', 'redis app', 'redis server', 'app_user', 'postgres']) {
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^ok {4}${subject} `)));
    }
  });

  it('tells a wrong password by its variable', async () => {
    const said = await complaintsAbout({ REDIS_REALTIME_PASSWORD: 'not-the-password' });
    expect(said).toMatch(/^redis realtime: .*realtime_user.*WRONGPASS.*REDIS_REALTIME_PASSWORD/m);
    expect(said).not.toMatch(/^redis app:/m);
  });

  it('tells a missing grant', async () => {
    const admin = redis.admin();
    await admin.call('ACL', 'SETUSER', 'websocket_user', '-ping');
    try {
      expect(await complaintsAbout({})).toMatch(/^redis websocket: .*websocket_user.*NOPERM.*npm run acl -- diff/m);
    } finally {
      await admin.call('ACL', 'SETUSER', 'websocket_user', '+ping');
    }
  });

  it('takes a managed service that has one user for all and answers no CLIENT INFO', async () => {
    await redis
      .admin()
      .call('ACL', 'SETUSER', 'managed', 'on', '>one-for-all', 'allkeys', 'allchannels', '+@all', '-client|info');
    const own = Object.fromEntries(Object.entries(env).filter(([name]) => !/^REDIS_.*_(USER|PASSWORD)$/.test(name)));
    const lines: string[] = [];
    const shared = { ...own, REDIS_USERNAME: 'managed', REDIS_PASSWORD: 'one-for-all' };
    expect(await runDoctorCommand([], shared, (line) => lines.push(line))).toBe(0);
    expect(lines.at(-1)).toBe('Healthy');
    await redis.admin().call('ACL', 'DELUSER', 'managed');
  });

  it('tells a grant too many', async () => {
    const admin = redis.admin();
    await admin.call('ACL', 'SETUSER', 'monitoring_user', '+flushall');
    try {
      expect(await complaintsAbout({})).toMatch(/monitoring_user: .*flushall/);
    } finally {
      await admin.call('ACL', 'SETUSER', 'monitoring_user', '-flushall');
    }
  });

  it('tells a server that is away', async () => {
    const said = await complaintsAbout({ REDIS_URL: `127.0.0.1:${await freePort()}` });
    expect(said).toMatch(/^redis app: Redis cannot be reached at 127\.0\.0\.1:\d+: start it/m);
  });

  it('tells TLS from plain in both directions', async () => {
    expect(await complaintsAbout({ REDIS_URL: `rediss://127.0.0.1:${redis.port}` })).toMatch(
      /^redis app: .*speaks no TLS: write redis:\/\//m,
    );
    const overTls = await startTestRedis({ tls: true });
    try {
      expect(failures(await examine(overTls.env))).toEqual([]);
      const plain = { ...overTls.env, REDIS_URL: `redis://127.0.0.1:${overTls.port}` };
      expect(await complaintsAbout(plain)).toMatch(/^redis app: .*rediss:\/\/ for a server with TLS/m);
      expect(await complaintsAbout({ ...overTls.env, REDIS_TLS_CA_FILE: '' })).toMatch(
        /^redis app: .*REDIS_TLS_CA_FILE/m,
      );
    } finally {
      await overTls.stop();
    }
  });

  it('tells an eviction policy and a persistence that lose data', async () => {
    const admin = redis.admin();
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await admin.config('SET', 'appendonly', 'no');
    try {
      const said = await complaintsAbout({});
      expect(said).toMatch(/redis server: maxmemory-policy is allkeys-lru: set it to noeviction/);
      expect(said).toMatch(/redis server: appendonly is off/);
    } finally {
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
      await admin.config('SET', 'appendonly', 'yes');
    }
  });

  it('warns of presses that only Redis has', async () => {
    const admin = redis.admin();
    await admin.select(4);
    await admin.xadd(keys.pending(), '*', 'press', 'one');
    try {
      const lines: string[] = [];
      expect(await runDoctorCommand([], env, (line) => lines.push(line))).toBe(0);
      expect(lines).toContainEqual(
        expect.stringMatching(/^warn .*1 press waits here for Postgres.*do not empty Redis/),
      );
      expect(lines.at(-1)).toBe('Healthy, but see the warn lines');
    } finally {
      await admin.del(keys.pending());
      await admin.select(0);
    }
  });

  it('tells a Postgres that hangs from one that is not there', async () => {
    const hung = createServer(() => undefined);
    await new Promise<void>((resolve) => hung.listen(0, '127.0.0.1', resolve));
    const url = new URL(database.url);
    url.port = String((hung.address() as AddressInfo).port);
    try {
      expect(await complaintsAbout({ DATABASE_URL: url.href })).toMatch(/^postgres: .*does not answer: is it hung/m);
    } finally {
      hung.close();
    }
  });

  it('tells a schema that is behind', async () => {
    const old = await createTestDatabase();
    const client = new Client({ connectionString: old.url });
    await client.connect();
    await client.query('DROP SCHEMA drizzle CASCADE');
    await client.end();
    try {
      expect(await complaintsAbout({ DATABASE_URL: old.url })).toMatch(/^postgres: \d+ migration\(s\) pending/m);
    } finally {
      await old.drop();
    }
  });

  it('tells a user who may not look at the schema', async () => {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const url = new URL(database.url);
    [url.username, url.password] = ['stranger', 'guessed-secret'];
    try {
      await client.query(`CREATE ROLE stranger LOGIN PASSWORD 'guessed-secret'`);
      expect(await complaintsAbout({ DATABASE_URL: url.href })).toBe(
        `postgres: The Postgres user at ${url.host} lacks a permission: make it the owner of the database`,
      );
    } finally {
      await client.query('DROP ROLE stranger');
      await client.end();
    }
  });

  it('tells a refused login, a missing database and an absent server of Postgres', async () => {
    const changed = (change: (url: URL) => void) => {
      const url = new URL(database.url);
      change(url);
      return { DATABASE_URL: url.href };
    };
    const unused = String(await freePort());
    await expect(complaintsAbout(changed((url) => (url.password = 'guessed-secret')))).resolves.toMatch(
      /refuses the login/,
    );
    await expect(complaintsAbout(changed((url) => (url.pathname = '/nowhere')))).resolves.toMatch(/no such database/);
    await expect(complaintsAbout(changed((url) => (url.port = unused)))).resolves.toMatch(/cannot be reached/);
  });

  it('tells a file of secrets that others may read', async () => {
    const file = join(dataDir, 'generated.env');
    chmodSync(file, 0o644);
    try {
      expect(await complaintsAbout({})).toMatch(/^secrets: its mode is 644: run "chmod 600/m);
    } finally {
      chmodSync(file, 0o600);
    }
  });

  it('tells a port that another program uses', async () => {
    const other = createServer((socket) => socket.end('not ours'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = other.address() as AddressInfo;
      expect(await complaintsAbout({ PORT: String(port) })).toMatch(/^port: another program uses it/m);
    } finally {
      other.close();
    }
  });

  it('lists every problem of a configuration that is refused', async () => {
    const said = await complaintsAbout({ DATABASE_URL: '', REDIS_APP_PASSWORD: '"quoted-secret"' });
    expect(said).toMatch(/^config: DATABASE_URL is missing/m);
    expect(said).toMatch(/^config: REDIS_APP_PASSWORD is wrapped in quotes/m);
  });
});
