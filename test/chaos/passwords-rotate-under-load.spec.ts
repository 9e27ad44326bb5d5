import { expectAnswers, expectNothingLost } from '../support/expect-survival.js';
import { RotatedFleet } from '../support/rotated-fleet.js';

let town: RotatedFleet;
beforeAll(async () => {
  town = await RotatedFleet.start();
  await town.untilEveryUserIsHealthy();
});
afterAll(() => town?.fleet.stop());

const idsOf = async () => (await town.clients()).map(({ id }) => id).toSorted();
const tagsOf = async () => new Set((await town.clients()).map(({ user, name }) => `${user} ${name.split(':').at(-1)}`));

it('the passwords of all roles, and no connection is made anew', async () => {
  const [ids, tags] = [await idsOf(), await tagsOf()];
  expect(ids.length).toBeGreaterThan(20);
  expect(tags.size).toBe(4);
  const result = await town.fleet.drill('Redis passwords of all roles rotated', async () => {
    expect(await town.acl('rotate')).toMatch(/ 0 failed/);
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(await idsOf()).toEqual(ids);
  const after = await tagsOf();
  expect(after.size).toBe(4);
  expect([...after].filter((tag) => tags.has(tag))).toEqual([]);
  expect(await town.acl('log')).toBe('nothing was refused\n');
});

/** Not app: BullMQ's connections, which wait for jobs for up to 5 s at a time, take a new password between two waits. */
const QUICK = ['--role', 'websocket', '--role', 'realtime', '--role', 'monitoring'];

it('a rotation that is taken back half-way', async () => {
  const [ids, tags] = [await idsOf(), await tagsOf()];
  const result = await town.fleet.drill('Redis password rotation aborted', async () => {
    await town.acl('rotate', '--stage', 'add', ...QUICK);
    await town.acl('rotate', '--stage', 'abort', ...QUICK);
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect([await idsOf(), await tagsOf()]).toEqual([ids, tags]);
});

it('passwords that leaked: every connection is ended, and comes back', async () => {
  const [ids, tags] = [await idsOf(), await tagsOf()];
  const result = await town.fleet.drill('Redis passwords revoked', async () => {
    await town.acl('rotate', '--revoke');
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.recovery).toBeLessThan(10_000);
  await town.untilEveryUserIsHealthy();
  expect((await idsOf()).filter((id) => ids.includes(id))).toEqual([]);
  expect([...(await tagsOf())].filter((tag) => tags.has(tag))).toEqual([]);
});

it('and Redis restarted after it', async () => {
  const result = await town.fleet.drill('Redis restarted after a rotation', () => town.fleet.redis.restart());
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.recovery).toBeLessThan(10_000);
  await town.untilEveryUserIsHealthy();
});
