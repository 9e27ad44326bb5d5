import { readFileSync } from 'node:fs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { withAdmin } from '../../src/redis/acl/connection.js';
import { passwordHash } from '../../src/redis/acl/render.js';
import { openClient } from '../support/redis-process.js';
import { RotatedRedis } from '../support/rotated-redis.js';
import { startTestRedis, type TestRedis, USERS } from '../support/test-redis.js';

let town: RotatedRedis;
/** Has the same users, and is away when their passwords are revoked. */
let island: TestRedis;
let islandsAclfile: string;
beforeEach(async () => {
  town = await RotatedRedis.start();
  const users = Object.entries(USERS).map(([role, user]) => [user, town.passwordOf(role.toLowerCase())] as const);
  island = await startTestRedis({ passwords: Object.fromEntries(users) });
  const admin = island.admin();
  islandsAclfile = String(((await admin.config('GET', 'aclfile')) as string[])[1]);
  admin.disconnect();
  await island.kill9();
});
afterEach(() => Promise.all([town?.redis.stop(), island?.stop()]));

const beside = () => `--node 127.0.0.1:${island.port}`;
const appElsewhere = () => ({ REDIS_APP_URL: `127.0.0.1:${island.port}` });
const toldOf = (port: number, what: string) =>
  new RegExp(`^FAIL {2}127\\.0\\.0\\.1:${port} +was reached: .*${what}`, 'm');

/** Signs in on the island with what leaked, and out again. */
function tryThere(username: string, password: string): Promise<string> {
  const place = { kind: 'single', host: '127.0.0.1', port: island.port } as const;
  return withAdmin({ place, tls: false, db: 0, username, password }, (connection) => connection.ping());
}

/** The administrator of the test comes back by the password that it has now. */
async function signInAnew(): Promise<void> {
  town.admin.disconnect();
  town.admin.options.password = town.passwordOf('master');
  await town.admin.connect();
}

it('revokes the roles wherever a server answers, also where one has its own and that is away', async () => {
  const before = new Map(['app', 'websocket', 'realtime', 'monitoring'].map((role) => [role, town.passwordOf(role)]));
  const { code, text } = await town.acl('rotate --revoke', appElsewhere());
  expect(text).toMatch(toldOf(island.port, 'REDIS_UNREACHABLE.*apply.*--revoke again'));
  expect(text).toMatch(/^skip {2}app_user +app: signs in by the password of its file/m);
  expect(code).toBe(1);
  for (const [role, leaked] of before) {
    expect(town.passwordOf(role)).not.toBe(leaked);
    expect(await town.hashesOf(`${role}_user`)).toEqual([passwordHash(town.passwordOf(role))]);
  }
});

it('puts out whoever came in before the server had its new users, by the commands that it says', async () => {
  const leaked = town.passwordOf('app');
  await town.acl('rotate --revoke --role app', appElsewhere());
  await island.restart();
  const intruder = openClient({ port: island.port, username: 'app_user', password: leaked, retryStrategy: () => null });
  expect(await intruder.ping()).toBe('PONG');
  expect((await town.acl('apply', appElsewhere())).code).toBe(0);
  await expect(tryThere('app_user', leaked)).rejects.toThrow(/WRONGPASS/);
  expect(await intruder.ping()).toBe('PONG');
  const ended = new Promise((resolve) => intruder.once('end', resolve));
  expect((await town.acl('rotate --revoke --role app', appElsewhere())).code).toBe(0);
  await ended;
});

it('revokes the administrator where it can; a server that was away starts again by the aclfile that it is given', async () => {
  const leaked = town.passwordOf('master');
  const first = await town.acl(`rotate --revoke --role master ${beside()}`);
  expect(first.text).toMatch(toldOf(island.port, 'REDIS_UNREACHABLE.*"apply" cannot sign in there.*render --out'));
  expect(first.code).toBe(1);
  await signInAnew();
  expect(await town.hashesOf('naboom_admin')).toEqual([passwordHash(town.passwordOf('master'))]);
  expect(town.passwordOf('master')).not.toBe(leaked);

  // It is back with the old users: that must not keep the others from a further revocation either.
  await island.restart();
  const second = await town.acl(`rotate --revoke --role master ${beside()}`);
  expect(second.text).toMatch(toldOf(island.port, 'REDIS_WRONGPASS.*render --out'));
  expect(second.text).toMatch(/^ok {4}naboom_admin +1 other password\(s\) removed at/m);

  expect((await town.acl(`render --out ${islandsAclfile}`)).code).toBe(0);
  await island.restart();
  expect((await town.acl(`diff ${beside()}`)).code).toBe(0);
  await expect(tryThere('naboom_admin', leaked)).rejects.toThrow(/WRONGPASS/);
});

it('goes on without the servers that sentinels would have to name', async () => {
  const leaked = town.passwordOf('app');
  const withoutSentinels = {
    REDIS_URL: '',
    REDIS_SENTINELS: `127.0.0.1:${await freePort()}`,
    REDIS_SENTINEL_NAME: 'emergency',
    REDIS_APP_URL: `127.0.0.1:${town.redis.port}`,
  };
  const { code, text } = await town.acl('rotate --revoke', withoutSentinels);
  expect(text).toMatch(/^FAIL {2}the master "emergency" of the sentinels .*was reached/m);
  expect(code).toBe(1);
  expect(await town.hashesOf('app_user')).toEqual([passwordHash(town.passwordOf('app'))]);
  expect(town.passwordOf('app')).not.toBe(leaked);
});

it.each(['master', 'app'])('changes nothing of %s where no server answers', async (role) => {
  await town.acl(`rotate --stage add --role ${role}`);
  const files = () => ['', '.previous'].map((ending) => readFileSync(`${town.fileOf(role)}${ending}`, 'utf8'));
  const before = files();
  const { code, text } = await town.acl(`rotate --revoke --role ${role}`, { REDIS_URL: `127.0.0.1:${island.port}` });
  expect([code, text]).toEqual([2, expect.stringMatching(/^acl: naboom_admin at .*cannot be reached/)]);
  expect(files()).toEqual(before);
});
