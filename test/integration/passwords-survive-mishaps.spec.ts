import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeSecretFiles } from '../../src/secrets/secret-files.js';
import { passwordHash } from '../../src/redis/acl/render.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { loginOf, passwordTag, type RoleLogin } from '../../src/redis/role-login.js';
import { eventually } from '../support/eventually.js';
import { POLICY_TEXT } from '../support/redis-process.js';
import { RotatedRedis } from '../support/rotated-redis.js';

let town: RotatedRedis;
beforeAll(async () => {
  town = await RotatedRedis.start();
});
afterAll(() => town?.redis.stop());

const isRoot = process.getuid?.() === 0;
const canMount = isRoot && mayMount();

function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'naboom-mount-'));
  try {
    execFileSync('mount', ['--bind', folder, folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(folder);
  }
}

const forget = (user: string, password: string) => town.admin.call('ACL', 'SETUSER', user, `<${password}`);

describe('a server that forgot a password meanwhile, as one that starts again by an old aclfile does', () => {
  it('has it again when a rotation is taken back', async () => {
    const before = town.passwordOf('app');
    expect((await town.acl('rotate --role app --stage add')).code).toBe(0);
    await forget('app_user', before);
    expect((await town.acl('rotate --role app --stage abort')).code).toBe(0);
    expect([town.passwordOf('app'), await town.hashesOf('app_user')]).toEqual([before, [passwordHash(before)]]);
    expect(readFileSync(town.aclfile, 'utf8')).toContain(passwordHash(before));
  });

  it('is not left without any when the others are removed', async () => {
    const replica = await RotatedRedis.start();
    try {
      for (const role of ['app', 'websocket', 'realtime', 'monitoring', 'master']) {
        const user = role === 'master' ? 'naboom_admin' : `${role}_user`;
        await replica.admin.call('ACL', 'SETUSER', user, `>${town.passwordOf(role)}`, `<${replica.passwordOf(role)}`);
      }
      const before = town.passwordOf('realtime');
      const node = `--node 127.0.0.1:${replica.redis.port}`;
      expect((await town.acl(`rotate --role realtime --stage add ${node}`)).code).toBe(0);
      await replica.admin.call('ACL', 'SETUSER', 'realtime_user', `<${town.passwordOf('realtime')}`, `>${before}`);
      const { code, text } = await town.acl(`rotate --role realtime --stage commit ${node}`);
      expect(code).toBe(0);
      expect(await replica.hashesOf('realtime_user')).toEqual([passwordHash(town.passwordOf('realtime'))]);
      // Only one aclfile was written: that of the other server is told of.
      expect(text).toMatch(new RegExp(`127\\.0\\.0\\.1:${replica.redis.port} +aclfile: .*may hold the old passwords`));
    } finally {
      await replica.redis.stop();
    }
  });

  it('is told of where nobody writes its aclfile', async () => {
    const { code, text } = await town.acl('rotate --role websocket', { REDIS_ACL_FILE: '' });
    expect([code, text]).toEqual([0, expect.stringContaining(`${town.aclfile} there may hold the old passwords`)]);
    expect((await town.acl('rotate --role websocket')).text).not.toContain('aclfile');
  });
});

describe('files of passwords', () => {
  it('stay where a link leads, and the link stays', async () => {
    const link = town.fileOf('monitoring');
    const target = join(dirname(link), 'elsewhere');
    renameSync(link, target);
    symlinkSync(target, link);
    expect((await town.acl('rotate --role monitoring')).code).toBe(0);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(await town.hashesOf('monitoring_user')).toEqual([passwordHash(readFileSync(target, 'utf8').trim())]);
  });

  it('can be read by whoever could before: mode, and owner where root rotates', async () => {
    const file = town.fileOf('app');
    chmodSync(file, 0o644);
    if (isRoot) chownSync(file, 1234, 2345);
    const owner = statSync(file);
    expect((await town.acl('rotate --role app --stage add')).code).toBe(0);
    const [fresh, previous] = [statSync(file), statSync(`${file}.previous`)];
    expect([fresh.mode & 0o777, fresh.uid, fresh.gid]).toEqual([0o644, owner.uid, owner.gid]);
    expect([previous.mode & 0o777, previous.uid]).toEqual([0o600, owner.uid]);
    expect((await town.acl('rotate --role app --stage commit')).code).toBe(0);
  });

  // A bind mount takes root, and a container may refuse it even then; nothing else gives the EBUSY of a mounted secret.
  const itMounts = canMount ? it : it.skip;
  itMounts('are tried before anything changes: a mount of its own cannot be replaced', async () => {
    const [file, before] = [town.fileOf('app'), await town.hashesOf('app_user')];
    execFileSync('mount', ['--bind', file, file]);
    try {
      const { code, text } = await town.acl('rotate --role app');
      expect([code, text]).toEqual([
        1,
        expect.stringContaining('REDIS_APP_PASSWORD_FILE cannot be replaced here (EBUSY)'),
      ]);
      expect(await town.hashesOf('app_user')).toEqual(before);
    } finally {
      execFileSync('umount', [file]);
    }
  });
});

describe('a process that runs', () => {
  const login = () => loginOf(town.config().redis.roles.app) as RoleLogin;

  it('comes back by the last password that was good, however often somebody mistyped the next', async () => {
    const [good, app] = [town.passwordOf('app'), new RoleConnections('app', town.config().redis.roles.app)];
    app.connect();
    await app.ready(5000);
    try {
      for (const typo of ['mistyped', 'mistyped-again']) {
        writeFileSync(town.fileOf('app'), typo);
        loginOf(app.config)!.look();
      }
      await town.admin.call('CLIENT', 'KILL', 'USER', 'app_user');
      expect(await eventually(() => app.commands.ping(), { what: 'the connection' })).toBe('PONG');
    } finally {
      writeFileSync(town.fileOf('app'), good);
      await app.close();
    }
  });

  it('has one login for a role, whichever node of a Cluster it signs in at', () => {
    const { monitoring } = town.config().redis.roles;
    const elsewhere = { ...monitoring, place: { kind: 'single', host: 'node-2', port: 1 } } as const;
    expect(loginOf(elsewhere)).toBe(loginOf(monitoring));
    expect(loginOf(town.config().redis.roles.monitoring)).not.toBe(loginOf(monitoring));
  });

  it('takes no pipe, and no file of other secrets, for a password', () => {
    const [file, good] = [town.fileOf('app'), town.passwordOf('app')];
    const known = login();
    try {
      writeFileSync(file, 'NABOOM_OPERATOR_KEY=something\nDATABASE_URL=else\n');
      expect([known.look(), known.password]).toEqual([false, good]);
      rmSync(file);
      execFileSync('mkfifo', [file]);
      expect([known.look(), known.password]).toEqual([false, good]);
    } finally {
      rmSync(file);
      writeFileSync(file, good);
    }
  });
});

it('tags passwords by a key: without it no guess can be tried against a name in CLIENT LIST', () => {
  const { passwordFile } = town.config().redis.roles.app;
  const tag = passwordTag('password', passwordFile!);
  expect(tag).toMatch(/^[0-9a-f]{6}$/);
  expect(passwordTag('password', passwordFile!)).toBe(tag);
  expect(passwordTag('passwort', passwordFile!)).not.toBe(tag);
  expect(passwordTag('password', { tagKey: 'of another deployment' })).not.toBe(tag);
});

it('lists a refused key of any bytes without letting them act on the terminal', async () => {
  await town.admin.call('ACL', 'LOG', 'RESET');
  const intruder = town.redis.admin();
  await intruder.call('AUTH', 'realtime_user', town.passwordOf('realtime'));
  await expect(intruder.get('x\u001b]0;owned\u0007\nok  all is well\u202e')).rejects.toThrow(/NOPERM/);
  const { text } = await town.acl('log');
  expect(text).toContain('x\\u{1b}]0;owned\\u{7}\\u{a}ok  all is well\\u{202e}');
  expect(text.split('\n')).toHaveLength(1);
});

it('renders both passwords at the start of a deployment while a rotation is under way', async () => {
  const root = join(dirname(town.fileOf('app')), 'deployment');
  const options = { root, postgres: 'postgres:5432', groups: {}, policy: POLICY_TEXT };
  writeSecretFiles(options);
  const file = join(root, 'app', 'redis-app-password');
  const before = readFileSync(file, 'utf8').trim();
  writeFileSync(`${file}.previous`, `REDIS_APP_PASSWORD=${before}\n`, { mode: 0o600 });
  writeFileSync(file, 'the-next-one\n');
  writeSecretFiles(options);
  const users = readFileSync(join(root, 'redis', 'users.acl'), 'utf8');
  expect(users).toContain(`user app_user reset on #${passwordHash('the-next-one')} #${passwordHash(before)} `);
});
