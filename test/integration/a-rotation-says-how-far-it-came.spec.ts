import { AclConnectionError, withAdmin } from '../../src/redis/acl/connection.js';
import { passwordHash } from '../../src/redis/acl/render.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { RotatedRedis } from '../support/rotated-redis.js';

let town: RotatedRedis;
let app: RoleConnections;
beforeEach(async () => {
  town = await RotatedRedis.start();
  app = new RoleConnections('app', town.config().redis.roles.app);
  app.connect();
  await app.ready(5000);
});
afterEach(async () => {
  await app?.close();
  await town?.redis.stop();
});

/** Begins one that waits: the connection does not look into its file before it has to sign in again. */
async function untilItWaits(line: string): Promise<{ readonly end: ReturnType<RotatedRedis['acl']> }> {
  const before = town.passwordOf('app');
  const end = town.acl(line);
  await eventually(() => town.passwordOf('app') !== before, { what: 'the second password' });
  return { end };
}

it('goes on when a server that was lost meanwhile is back', async () => {
  const { end } = await untilItWaits('rotate --role app');
  await town.redis.kill9();
  await town.redis.restart();
  const { code, text } = await end;
  expect([code, text]).toEqual([0, expect.stringContaining('has a second password')]);
  await eventually(async () => (await town.admin.ping()) === 'PONG', { what: 'the administrator' });
  expect(await town.hashesOf('app_user')).toEqual([passwordHash(town.passwordOf('app'))]);
});

it('says that both passwords are good when a server stays away', async () => {
  const { end } = await untilItWaits('rotate --role app --within 1');
  await town.redis.kill9();
  const { code, text } = await end;
  expect(text).toMatch(/^ok {4}app_user +app: has a second password/m);
  expect(text).toMatch(/^FAIL {2}all +every server says who is signed in: naboom_admin at .*cannot be reached/m);
  expect(text).toMatch(/both passwords are good; --stage commit goes on/);
  expect(code).toBe(1);
});

it('takes a server that goes away in the middle of a question for one that is away', async () => {
  const lost = withAdmin(town.config().redis.admin!, async (connection) => {
    await town.redis.kill9();
    return connection.ping();
  });
  await expect(lost).rejects.toThrow(AclConnectionError);
});

it.each([
  ['rotate', '-client|list', 'until --stage commit has gone on, both passwords may be good'],
  ['rotate --revoke', '-client|kill', 'until --revoke has gone through'],
])('says so whatever else keeps it from going on: %s, %s', async (line, rule, remedy) => {
  await town.admin.call('ACL', 'SETUSER', 'naboom_admin', rule);
  const { code, text } = await town.acl(`${line} --role app`);
  expect(text).toMatch(/^ok {4}app_user +app: has a second password/m);
  expect(text).toMatch(new RegExp(`^FAIL {2}all .*REDIS_NOPERM.*${remedy}`, 'm'));
  expect(code).toBe(1);
});

it.each(['--stage commit --force', '--revoke'])(
  '%s says why a password is not good, and changes nothing',
  async (how) => {
    const [before, forgotten] = [passwordHash('another'), town.passwordOf('app')];
    await town.admin.call('ACL', 'SETUSER', 'app_user', `<${forgotten}`, `#${before}`);
    const { code, text } = await town.acl(`rotate --role app ${how}`);
    const reason = `app_user at 127.0.0.1:${town.redis.port}: Invalid username-password pair or user is disabled (REDIS_WRONGPASS)`;
    expect(text).toContain(`app: signs in by the password of its file: ${reason}`);
    expect(code).toBe(1);
    expect([town.passwordOf('app'), await town.hashesOf('app_user')]).toEqual([forgotten, [before]]);
  },
);
