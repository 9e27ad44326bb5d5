import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { runAclCommand } from '../../src/redis/acl/acl-command.js';
import { passwordHash } from '../../src/redis/acl/render.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { loginOf } from '../../src/redis/role-login.js';
import { eventually } from '../support/eventually.js';
import { RotatedRedis } from '../support/rotated-redis.js';
import type { TestRedis } from '../support/test-redis.js';

let town: RotatedRedis;
let redis: TestRedis;
let admin: RotatedRedis['admin'];
let env: RotatedRedis['env'];
let aclfile: string;
let app: RoleConnections;

beforeAll(async () => {
  town = await RotatedRedis.start();
  ({ redis, admin, env, aclfile } = town);
  app = new RoleConnections('app', town.config().redis.roles.app);
  app.connect();
  await app.ready(5000);
});
afterAll(async () => {
  await app?.close();
  await redis?.stop();
});

const fileOf = (role: string) => town.fileOf(role);
const passwordOf = (role: string) => town.passwordOf(role);
const hashesOf = (user: string) => town.hashesOf(user);
const acl = (line: string) => town.acl(line);

/** What a running process does each second. */
async function look(): Promise<void> {
  const login = loginOf(app.config)!;
  login.look();
  await login.adopt();
}
const idOf = async () => String(/id=(\d+)/.exec(String(await app.commands.client('INFO')))?.[1]);

it('adds a second password, lets the living connection take it, and then removes the first', async () => {
  const [before, connection] = [passwordOf('app'), await idOf()];
  expect((await acl('rotate --role app --stage add')).code).toBe(0);
  expect(await acl('diff')).toEqual({
    code: 0,
    text: expect.stringMatching(/^warn {2}app_user .*half done.*--role app/m),
  });
  expect(passwordOf('app')).not.toBe(before);
  expect(await hashesOf('app_user')).toEqual([passwordHash(before), passwordHash(passwordOf('app'))]);
  expect(readFileSync(aclfile, 'utf8')).toContain(`#${passwordHash(before)} #${passwordHash(passwordOf('app'))}`);

  const tooEarly = await acl('rotate --role app --stage commit --within 0');
  expect(tooEarly.text).toMatch(/FAIL {2}app_user .*naboom:app:commands:\w{6} at 127\.0\.0\.1/);
  expect(tooEarly.code).toBe(1);
  expect(await hashesOf('app_user')).toHaveLength(2);

  await look();
  expect((await acl('rotate --role app --stage commit')).code).toBe(0);
  expect(await hashesOf('app_user')).toEqual([passwordHash(passwordOf('app'))]);
  expect(readFileSync(aclfile, 'utf8')).not.toContain(passwordHash(before));
  expect(existsSync(`${fileOf('app')}.previous`)).toBe(false);
  expect(await idOf()).toBe(connection);
  expect(await acl('diff')).toEqual({ code: 0, text: expect.not.stringMatching(/^warn/m) });
});

it('comes back by the new password after the server restarted', async () => {
  expect((await acl('rotate --role app --force --stage add')).code).toBe(0);
  await look();
  expect((await acl('rotate --role app --stage commit')).code).toBe(0);
  await redis.restart();
  await eventually(async () => (await app.commands.ping()) === 'PONG', { what: 'the connection' });
  expect(app.commands.lastFailure).toBeUndefined();
  await eventually(async () => (await admin.ping()) === 'PONG', { what: 'the administrator' });
});

it('goes back, and the connection with it', async () => {
  const before = passwordOf('app');
  await acl('rotate --role app --stage add');
  await look();
  expect((await acl('rotate --role app --stage abort --within 0')).code).toBe(1);
  expect(passwordOf('app')).toBe(before);
  await look();
  expect((await acl('rotate --role app --stage abort')).code).toBe(0);
  expect(await hashesOf('app_user')).toEqual([passwordHash(before)]);
  expect(existsSync(`${fileOf('app')}.previous`)).toBe(false);
});

it('connects by the password before, until the server knows the one in the file, and takes it then', async () => {
  const before = passwordOf('app');
  writeFileSync(fileOf('app'), 'a-password-that-the-server-learns-of-later');
  await admin.call('CLIENT', 'KILL', 'USER', 'app_user');
  await eventually(async () => (await app.commands.ping()) === 'PONG', { what: 'the connection by the old password' });
  await admin.call('ACL', 'SETUSER', 'app_user', '>a-password-that-the-server-learns-of-later', `<${before}`);
  await look();
  await admin.call('CLIENT', 'KILL', 'USER', 'app_user');
  await eventually(async () => (await app.commands.ping()) === 'PONG', { what: 'the connection by the new one' });
  expect(app.commands.status).toBe('ready');
});

it('revokes: the old password is refused at once, connections are ended and come back', async () => {
  const [before, connection] = [passwordOf('app'), await idOf()];
  expect((await acl('rotate --role app --revoke')).code).toBe(0);
  expect(await hashesOf('app_user')).toEqual([passwordHash(passwordOf('app'))]);
  expect(passwordOf('app')).not.toBe(before);
  await eventually(async () => (await idOf()) !== connection, { what: 'another connection' });
});

describe('refuses before it changes anything', () => {
  it('a second rotation while one is under way', async () => {
    await acl('rotate --role websocket --stage add');
    const { code, text } = await acl('rotate --stage add');
    expect(text).toMatch(/websocket_user .*a rotation is under way/);
    expect(code).toBe(1);
    expect(await hashesOf('realtime_user')).toHaveLength(1);
    expect((await acl('rotate --role websocket --stage abort --force')).code).toBe(0);
  });

  it.each([
    ['rotate --role queue', /BullMQ signs in as app/],
    ['rotate --role nobody', /there are app, queue/],
    ['rotate --stage twice', /there are add, commit and abort/],
    ['rotate --revoke --stage add', /leave --stage out/],
    ['rotate --within soon', /whole seconds/],
  ])('%s', async (line, message) => {
    const { code, text } = await acl(line);
    expect([code, text]).toEqual([2, expect.stringMatching(message)]);
    expect(await hashesOf('realtime_user')).toEqual([passwordHash(passwordOf('realtime'))]);
  });

  it('a password that processes have from the environment', async () => {
    const [file, password] = [fileOf('realtime'), passwordOf('realtime')];
    const fromEnvironment = { ...env, REDIS_REALTIME_PASSWORD: password, REDIS_REALTIME_PASSWORD_FILE: '' };
    const lines: string[] = [];
    expect(await runAclCommand(['rotate'], fromEnvironment, (text) => lines.push(text))).toBe(2);
    expect(lines.join()).toMatch(/REDIS_REALTIME_PASSWORD comes from the environment/);
    expect(readFileSync(file, 'utf8').trim()).toBe(password);
  });

  it('takes back what it did at the servers where a file cannot be written afterwards', async () => {
    const before = passwordOf('websocket');
    const lines: string[] = [];
    const args = ['rotate', '--role', 'websocket', '--aclfile', '/nowhere/users.acl'];
    expect(await runAclCommand(args, env, (text) => lines.push(text))).toBe(2);
    expect(lines.join()).toMatch(/ENOENT.*\/nowhere/);
    expect(passwordOf('websocket')).toBe(before);
    expect(await hashesOf('websocket_user')).toEqual([passwordHash(before)]);
  });
});

it('lists what was refused, without values and without names that nobody knows', async () => {
  await admin.call('ACL', 'LOG', 'RESET');
  const intruder = redis.admin();
  await intruder.call('AUTH', 'websocket_user', passwordOf('websocket')).catch(() => undefined);
  await expect(intruder.set('naboom:sessions:x', 'a-secret-value')).rejects.toThrow(/NOPERM/);
  await expect(intruder.call('AUTH', 'a-password-in-the-wrong-place', 'x')).rejects.toThrow(/WRONGPASS/);
  const { text, code } = await acl('log');
  expect(text).toMatch(/websocket_user may not set \(command set\); 127\.0\.0\.1:\d+/);
  expect(text).toMatch(/\(unknown user\) may not sign in/);
  expect(text).not.toMatch(/a-secret-value|a-password-in/);
  expect(code).toBe(0);
  await acl('verify');
  const folded = (await acl('log')).text.split('\n').filter((line) => line.includes(':acl'));
  expect(folded).toEqual([expect.stringMatching(/^\d+ refusal\(s\) of connections named naboom:<role>:acl/)]);
  expect((await acl('log --reset')).code).toBe(0);
  expect((await acl('log')).text).toBe('nothing was refused');
});

it('keeps who may read a file', async () => {
  chmodSync(fileOf('app'), 0o640);
  expect((await acl('rotate --role app --stage add')).code).toBe(0);
  expect((await acl('rotate --role app --stage commit --force')).code).toBe(0);
  expect(statSync(fileOf('app')).mode & 0o777).toBe(0o640);
});

it('rotates the administrator, signed in as which it works', async () => {
  const before = passwordOf('master');
  expect((await acl('rotate --role master --stage add')).code).toBe(0);
  const { text } = await acl('rotate --role master --stage commit --within 0');
  const ofTheTest = String(await admin.client('INFO'));
  expect(text.match(/at 127\.0\.0\.1:\d+/g)?.[0]).toBe(`at ${/ addr=(\S+)/.exec(ofTheTest)?.[1]}`);
  expect(text).not.toContain('naboom:admin:acl');
  admin.disconnect();
  expect((await acl('rotate --role master --stage commit')).code).toBe(0);
  admin.options.password = passwordOf('master');
  await admin.connect();
  expect(await hashesOf('naboom_admin')).toEqual([passwordHash(passwordOf('master'))]);
  expect(passwordOf('master')).not.toBe(before);
});
