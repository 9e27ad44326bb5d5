import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import { type AclServer, startAclServer } from '../support/acl-server.js';
import { POLICY_TEXT } from '../support/redis-process.js';
import { startTestRedis, type TestRedis, USERS } from '../support/test-redis.js';

let server: AclServer;
let open: TestRedis;
beforeAll(async () => {
  server = await startAclServer();
  open = await startTestRedis({ acl: false });
});
afterAll(async () => {
  await server.stop();
  await open.stop();
});

async function acl(line: string, changes: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const env = { ...server.env, ...changes };
  const code = await runAclCommand(line.split(' ').filter(Boolean), env, (text) => lines.push(text));
  const text = lines.join('\n');
  const secrets = Object.entries(env).filter(([name, value]) => name.endsWith('PASSWORD') && value !== '');
  expect(secrets.filter(([, secret]) => text.includes(secret))).toEqual([]);
  return { code, text };
}

/** A configuration without the users of the roles. */
const without = (further: Record<string, string>) => ({
  ...Object.fromEntries(
    Object.keys(server.env)
      .filter((name) => /^REDIS_.*_(USER|PASSWORD)$/.test(name))
      .map((name) => [name, '']),
  ),
  ...further,
});

describe('acl verify', () => {
  it('ends with 0 and a line for each check', async () => {
    const { code, text } = await acl('verify');
    expect(text).toMatch(/\d+ passed, 0 failed$/);
    expect(text).toMatch(/ok {4}websocket_user +websocket: adapter round trip/);
    expect(text).toMatch(/ok {4}app_user +app: cache round trip/);
    expect(code).toBe(0);
  });

  it('ends with 1 when a login fails, and says which in JSON as well', async () => {
    const { code, text } = await acl('verify --json', { REDIS_REALTIME_PASSWORD: 'not-the-right-one' });
    expect(code).toBe(1);
    const report = JSON.parse(text) as {
      ok: boolean;
      isolation: string;
      checks: { result: string; detail?: string }[];
    };
    expect(report).toMatchObject({ ok: false, isolation: 'acl' });
    expect(report.checks.filter(({ result }) => result === 'failed')).toEqual([
      {
        subject: 'realtime_user',
        check: 'realtime: signs in, db 4',
        result: 'failed',
        detail: expect.stringMatching(/REDIS_WRONGPASS/),
      },
    ]);
  });

  it('tries the users from outside alone when it has no administrator', async () => {
    const { code, text } = await acl('verify', { REDIS_MASTER_PASSWORD: '' });
    expect(text).toMatch(/skip .*REDIS_MASTER_PASSWORD is not set/);
    expect(code).toBe(0);
  });

  it('says that the roles are separated by prefix only: no authentication', async () => {
    const { code, text } = await acl('verify', without({ REDIS_URL: `127.0.0.1:${open.port}` }));
    expect(text).toMatch(/without authentication: roles are separated by prefix only/);
    expect(text).toMatch(/ok .*adapter round trip/);
    expect(code).toBe(0);
  });

  it('says that the roles are separated by prefix only: one user for all', async () => {
    const one = { REDIS_USERNAME: 'naboom_admin', REDIS_PASSWORD: server.env.REDIS_MASTER_PASSWORD ?? '' };
    const { code, text } = await acl('verify', without(one));
    expect(text).toMatch(/one Redis user for all roles: roles are separated by prefix only/);
    expect(code).toBe(0);
  });

  it('gives up on a server that accepts and never answers', async () => {
    const silent = await listenSilently();
    const { code, text } = await acl('verify', {
      REDIS_WEBSOCKET_URL: `127.0.0.1:${(silent.address() as { port: number }).port}`,
      REDIS_MASTER_PASSWORD: '',
    });
    silent.close();
    expect(text).toMatch(/FAIL .*websocket: signs in.*REDIS_TIMEOUT/);
    expect(code).toBe(1);
  });
});

async function listenSilently(): Promise<Server> {
  const silent = createServer((socket) => void socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  return silent;
}

describe('acl diff and apply', () => {
  it('diff ends with 1 while a user differs, apply mends it, diff then ends with 0', async () => {
    await server.admin.call('ACL', 'SETUSER', 'monitoring_user', '+get');
    const before = await acl('diff');
    expect(before.text).toMatch(/FAIL .*monitoring_user .*too much: get/);
    expect(before.code).toBe(1);
    expect((await acl('apply')).code).toBe(0);
    expect((await acl('diff')).code).toBe(0);
  });

  it('writes an aclfile with which the server starts again', async () => {
    const [, file = ''] = (await server.admin.config('GET', 'aclfile')) as string[];
    writeFileSync(file, 'user default on nopass +@all ~*\n');
    expect((await acl(`apply --aclfile ${file}`)).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await server.redis.restart();
    expect((await acl('verify')).code).toBe(0);
  });

  it('reaches every node that is named', async () => {
    const { code, text } = await acl(`diff --node 127.0.0.1:${open.port}`);
    expect(text).toMatch(/naboom_admin at 127\.0\.0\.1:\d+: .*REDIS_WRONGPASS/);
    expect(text).toMatch(/ok +app_user at /); // the others are seen to all the same
    expect(code).toBe(1);
  });
});

describe('acl log', () => {
  const users = () => Object.entries(USERS).map(([role, user]) => [user, server.env[`REDIS_${role}_PASSWORD`]!]);
  const refused = /websocket_user may not get/;
  beforeEach(async () => {
    await server.forget();
    await (await server.open('websocket')).get('x').catch(() => undefined);
  });

  it('tells of the servers that answer, and names the one that does not', async () => {
    const oneIsAway = { REDIS_MONITORING_URL: `127.0.0.1:${await freePort()}` };
    const detail = expect.stringMatching(/naboom_admin at 127\.0\.0\.1:\d+: Redis cannot be reached/);
    expect(JSON.parse((await acl('log --json', oneIsAway)).text)).toMatchObject({
      ok: false,
      denials: [{ user: 'websocket_user' }],
      checks: [{ result: 'failed', detail }],
    });
    const { code, text } = await acl('log --reset', oneIsAway);
    expect([code, text]).toEqual([1, detail]);
    expect(text).toMatch(refused);
    expect((await acl('log')).text).toBe('nothing was refused');
  });

  it('empties none that it could not print', async () => {
    const other = await startTestRedis({ passwords: Object.fromEntries(users()) });
    try {
      await other.admin().call('ACL', 'SETUSER', 'naboom_admin', '-acl|log');
      const { code, text } = await acl('log --reset', { REDIS_MONITORING_URL: `127.0.0.1:${other.port}` });
      expect([code, text]).toEqual([2, expect.stringContaining('REDIS_NOPERM')]);
      expect((await acl('log')).text).toMatch(refused);
    } finally {
      await other.stop();
    }
  });
});

describe('acl render', () => {
  it('prints hashes, and off for whom no password is known', async () => {
    const { code, text } = await acl('render', { REDIS_QUEUE_USER: '', REDIS_QUEUE_PASSWORD: '' });
    expect(code).toBe(0);
    expect(text.split('\n').map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
      'user default reset off',
      ...['naboom_admin', 'app_user'].map((name) => `user ${name} reset on`),
      'user queue_user reset off',
      ...['websocket_user', 'realtime_user', 'monitoring_user'].map((name) => `user ${name} reset on`),
      ...['replication_user', 'failover_user'].map((name) => `user ${name} reset off`),
    ]);
    expect(text).not.toMatch(/^#/m);
  });

  it('writes a file for its owner alone', async () => {
    const file = join(tmpdir(), `naboom-acl-${process.pid}.acl`);
    const { code, text } = await acl(`render --out ${file}`);
    const content = readFileSync(file, 'utf8');
    const mode = statSync(file).mode & 0o777;
    rmSync(file);
    expect([code, text, mode]).toEqual([0, `wrote ${file}`, 0o600]);
    expect(content).toContain('user app_user reset on #');
  });
});

describe('wrong use', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['', {}, /npm run acl -- <command>/],
    ['vreify', {}, /unknown command "vreify"/],
    ['verify twice', {}, /one command at a time/],
    ['verify --colour', {}, /Unknown option '--colour'/],
    ['verify --policy /nowhere/policy', {}, /ENOENT.*\/nowhere\/policy/],
    ['verify --node redis://u:p@h', {}, /--node holds credentials/],
    ['verify', { REDIS_URL: 'redis://u:hidden@h' }, /REDIS_URL holds credentials/],
    ['render --out /nowhere/users.acl', {}, /ENOENT[^.]*\/nowhere\/users\.acl/],
    ['render', { REDIS_MASTER_PASSWORD: '' }, /REDIS_MASTER_PASSWORD is missing/],
    ['apply', { REDIS_MASTER_PASSWORD: 'wrong-one' }, /naboom_admin at .*REDIS_WRONGPASS/],
    ['diff', { REDIS_URL: '127.0.0.1:1' }, /REDIS_UNREACHABLE/],
  ])('acl %s (%j) ends with 2 and one readable message', async (line, changes, message) => {
    const { code, text } = await acl(line, changes);
    expect(text).toMatch(message);
    expect(text).not.toMatch(/ at .*\.[jt]s:|hidden/);
    expect(code).toBe(2);
  });

  it('refuses to render or apply where one user serves all roles', async () => {
    const one = { REDIS_USERNAME: 'naboom_admin', REDIS_PASSWORD: server.env.REDIS_MASTER_PASSWORD ?? '' };
    for (const command of ['render', 'apply', 'diff']) {
      const { code, text } = await acl(command, without(one));
      expect([code, text]).toEqual([2, expect.stringMatching(/separated by prefix only.*REDIS_<ROLE>_PASSWORD/)]);
    }
  });

  it('shows its help with 0', async () => {
    expect((await acl('--help')).code).toBe(0);
    expect(POLICY_TEXT).toContain('npm run acl -- render');
  });
});
