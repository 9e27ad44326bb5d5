import { loadConfig } from '../../src/config/config.js';
import { applyPolicy } from '../../src/redis/acl/apply.js';
import type { AclCheck } from '../../src/redis/acl/check.js';
import { configurePolicy } from '../../src/redis/acl/configured-policy.js';
import { diffServer } from '../../src/redis/acl/diff.js';
import { adminNodes } from '../../src/redis/acl/nodes.js';
import { parsePolicy } from '../../src/redis/acl/policy.js';
import { grantedCommands, listServerCommands } from '../../src/redis/acl/server-commands.js';
import { verifyAcl } from '../../src/redis/acl/verify.js';
import { type AclServer, startAclServer } from '../support/acl-server.js';
import { POLICY_TEXT } from '../support/redis-process.js';

let server: AclServer;
beforeAll(async () => {
  server = await startAclServer();
});
afterAll(() => server.stop());

const policy = () => configurePolicy(POLICY_TEXT, server.config);
const verify = async (config = server.config) =>
  (await verifyAcl(POLICY_TEXT, config, await adminNodes(config, []))).checks;
const apply = (config = server.config) => applyPolicy(server.admin, configurePolicy(POLICY_TEXT, config));
const failures = (checks: readonly AclCheck[]) =>
  checks.filter(({ result }) => result === 'failed').map(({ subject, detail }) => `${subject}: ${detail}`);
const temporaryUsers = async () =>
  ((await server.admin.call('ACL', 'USERS')) as string[]).filter((name) => name.startsWith('naboom-verify'));

describe('every command of the server', () => {
  it('is asked about, subcommands one by one', async () => {
    const commands = await listServerCommands(server.admin);
    const names = new Set(commands.map(({ name }) => name));
    const topLevel = (await server.admin.call('COMMAND', 'LIST')) as string[];
    const covered = (name: string) => names.has(name) || [...names].some((other) => other.startsWith(`${name}|`));
    expect(topLevel.map((name) => name.toLowerCase()).filter((name) => !covered(name))).toEqual([]);
    expect([...names]).toEqual(expect.arrayContaining(['client|list', 'config|set', 'xgroup|destroy', 'select|15']));
    expect(
      commands
        .filter(({ free }) => free)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['auth', 'hello', 'quit', 'reset']);
  });

  it.each(parsePolicy(POLICY_TEXT).filter(({ unlimited }) => !unlimited))(
    'is granted to $name by the policy alone',
    async (user) => {
      const granted = await grantedCommands(server.admin, user.name, await listServerCommands(server.admin));
      expect([...granted].toSorted()).toEqual([...user.commands].toSorted());
    },
  );
});

describe('verify and diff', () => {
  it('find nothing on a server that has the policy, and leave no user behind', async () => {
    expect(failures(await verify())).toEqual([]);
    expect(failures(await diffServer(server.admin, policy()))).toEqual([]);
    expect(await temporaryUsers()).toEqual([]);
  });

  const sabotages: [string, string[], RegExp][] = [
    ['a command too much', ['app_user', '+flushall'], /app_user: commands too much: flushall/],
    ['a command too little', ['realtime_user', '-xadd'], /realtime_user: commands missing: xadd/],
    ['a subcommand too much', ['monitoring_user', '+client|list'], /commands too much: client\|list/],
    ['a database too much', ['realtime_user', '+select|3'], /commands too much: select\|3/],
    ['a key pattern too much', ['websocket_user', '~*'], /websocket_user: keys too much: ~\*/],
    ['a channel too much', ['app_user', '&x'], /app_user: channels too much: &x/],
    ['a selector', ['app_user', '(+get ~secret)'], /app_user: .*1 selector\(s\)/],
    ['no password needed', ['queue_user', 'nopass'], /queue_user: .*\(nopass\)/],
    ['a user switched off', ['queue_user', 'off'], /queue_user: is off, should be on/],
    ['the default user switched on', ['default', 'on', '>known', '+ping'], /default: is on, should be off/],
  ];
  it.each(sabotages)('find %s; apply sets it right', async (_what, [user = '', ...rules], message) => {
    await server.admin.call('ACL', 'SETUSER', user, ...rules);
    expect(failures(await verify()).join('\n')).toMatch(message);
    expect(failures(await diffServer(server.admin, policy())).join('\n')).toMatch(message);
    expect(await temporaryUsers()).toEqual([]);
    expect(failures(await apply())).toEqual([]);
    expect(failures(await verify())).toEqual([]);
  });

  it('find a user beyond the policy, and a door left open', async () => {
    await server.admin.call('ACL', 'SETUSER', 'stranger', 'on', '>x', '+@all');
    expect(failures(await verify()).join('\n')).toMatch(/user stranger is not in the policy/);
    await server.admin.call('ACL', 'DELUSER', 'stranger');
    await server.admin.call('ACL', 'SETUSER', 'default', 'on', 'nopass', '+@all');
    expect(failures(await verify()).join('\n')).toMatch(/lets anybody in/);
    await apply();
  });

  it('diff tells a password that is not the configured one, and one too many', async () => {
    await server.admin.call('ACL', 'SETUSER', 'app_user', '>further');
    expect(failures(await diffServer(server.admin, policy()))).toEqual([
      'app_user: has 1 password(s) beside the configured one',
    ]);
    await server.admin.call('ACL', 'SETUSER', 'app_user', 'resetpass', '>other');
    expect(failures(await diffServer(server.admin, policy())).join()).toMatch(
      /another password than the configuration/,
    );
    expect(failures(await verify()).join('\n')).toMatch(/app_user .*REDIS_WRONGPASS/);
    await apply();
  });

  it('diff takes its temporary user away when the server refuses the policy', async () => {
    const first = policy().users.find(({ unlimited }) => !unlimited);
    const broken = { users: [{ ...first!, name: 'app_user', commands: ['get', 'nosuchcommand'] }], passwords: {} };
    await expect(diffServer(server.admin, broken)).rejects.toThrow(/nosuchcommand/);
    expect(await temporaryUsers()).toEqual([]);
    expect(failures(await applyPolicy(server.admin, broken)).join()).toMatch(/does not know \+nosuchcommand/);
  });
});

describe('apply', () => {
  it('disconnects nobody and never changes the user it signs in as', async () => {
    const subscriber = await server.open('websocket');
    await subscriber.ssubscribe('naboom:ws#apply');
    const heard = new Promise((resolve) => subscriber.once('smessage', (_channel, text) => resolve(text)));
    const before = await server.admin.call('ACL', 'GETUSER', 'naboom_admin');
    const own = (await apply()).find(({ subject }) => subject === 'naboom_admin');
    expect(own?.result).toBe('skipped');
    expect(await server.admin.call('ACL', 'GETUSER', 'naboom_admin')).toEqual(before);
    const publisher = await server.open('websocket');
    await publisher.spublish('naboom:ws#apply', 'still here');
    expect(await heard).toBe('still here');
  });

  it('lets SELECT follow the configured databases, and users their configured names', async () => {
    const { redis } = loadConfig({
      ...server.env,
      REDIS_REALTIME_DB: '5',
      REDIS_QUEUE_DB: '0',
      REDIS_APP_USER: 'renamed_app',
    });
    expect(failures(await apply(redis))).toEqual([]);
    const checks = await verify(redis);
    expect(failures(checks)).toEqual([expect.stringMatching(/user app_user is not in the policy/)]);
    expect(checks.find(({ check }) => check.startsWith('realtime: signs in'))).toMatchObject({ result: 'passed' });
    await server.admin.call('ACL', 'DELUSER', 'renamed_app');
    await apply();
  });

  it('gives app the queue database only while the queue signs in as app', async () => {
    const { REDIS_QUEUE_USER: _user, REDIS_QUEUE_PASSWORD: _password, ...together } = server.env;
    const { redis } = loadConfig({ ...together, REDIS_QUEUE_DB: '6' });
    expect(failures(await apply(redis))).toEqual([]);
    expect(failures(await verify(redis))).toEqual([]);
    const app = configurePolicy(POLICY_TEXT, redis).users.find(({ name }) => name === 'app_user');
    expect(app?.commands.filter((command) => command.startsWith('select|'))).toEqual(['select|3', 'select|6']);
    await apply();
    expect(failures(await verify())).toEqual([]);
  });
});
