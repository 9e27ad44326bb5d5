import { eventually } from '../support/eventually.js';
import { expectAnswers, expectNothingLost } from '../support/expect-survival.js';
import { RotatedFleet, usersOf } from '../support/rotated-fleet.js';

let town: RotatedFleet;
beforeAll(async () => {
  town = await RotatedFleet.start();
  await town.untilEveryUserIsHealthy();
});
afterAll(() => town?.fleet.stop());

const USERS = ['app_user', 'websocket_user', 'realtime_user', 'monitoring_user'];
const admin = () => town.fleet.redis.admin();
const setUser = (user: string, ...rules: string[]) => admin().call('ACL', 'SETUSER', user, ...rules);
const endConnections = () => Promise.all(USERS.map((user) => admin().call('CLIENT', 'KILL', 'USER', user)));

/** Every node says so of every user that it names. */
const untilUsersAre = async (wanted: Readonly<Record<string, string>>) => {
  for (const { url } of town.fleet.apis) {
    const isSo = async () => {
      expect(await usersOf(url)).toMatchObject(wanted);
      return true;
    };
    await eventually(isSo, { everyMs: 100, withinMs: 20_000, what: JSON.stringify(wanted) });
  }
};
const all = (status: string) => Object.fromEntries(USERS.map((user) => [user, status]));

/** Breaks, waits until health tells it, and mends by the command line as an operator would. */
async function drill(name: string, breaks: () => Promise<unknown>, told: Readonly<Record<string, string>>) {
  const result = await town.fleet.drill(name, async () => {
    await breaks();
    await untilUsersAre(told);
    await town.acl('apply');
    await town.untilEveryUserIsHealthy();
  });
  expectNothingLost(result);
  expectAnswers(result);
  return result.healing;
}

/** From the mending until an alert is with everybody, and health knows it, ms. */
const HEALED_WITHIN_MS = 20_000;

it('every user is switched off', async () => {
  const healing = await drill(
    'Redis users off',
    async () => {
      for (const user of USERS) await setUser(user, 'off');
      await endConnections();
    },
    all('authentication_failed'),
  );
  expect(healing).toBeLessThan(HEALED_WITHIN_MS);
});

it('every user is deleted', async () => {
  const deletes = () => admin().call('ACL', 'DELUSER', ...USERS);
  const healing = await drill('Redis users deleted', deletes, all('authentication_failed'));
  expect(healing).toBeLessThan(HEALED_WITHIN_MS);
});

it('every password is another one', async () => {
  const healing = await drill(
    'Redis passwords changed under it',
    async () => {
      for (const user of USERS) await setUser(user, 'resetpass', '>a-password-that-nobody-was-told');
      await endConnections();
    },
    all('authentication_failed'),
  );
  expect(healing).toBeLessThan(HEALED_WITHIN_MS);
});

it('grants are gone: streams, scripts and channels, which makes subscribers deaf', async () => {
  const healing = await drill(
    'Redis grants removed',
    async () => {
      await setUser('app_user', '-eval', '-evalsha', '-set');
      await setUser('realtime_user', '-xadd', '-xread');
      await setUser('websocket_user', 'resetchannels');
    },
    { app_user: 'permission_denied', realtime_user: 'permission_denied', websocket_user: 'permission_denied' },
  );
  expect(healing).toBeLessThan(HEALED_WITHIN_MS);
  expect(await town.acl('log')).toMatch(/realtime_user may not (xread|xadd) \(command x/);
});

it('leaves health degraded for a minute', async () => {
  const { body } = await town.fleet.apis[0]!.health();
  expect(body).toMatchObject({ status: 'degraded', redis_status: 'connected' });
});
