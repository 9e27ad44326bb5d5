import { setTimeout as delay } from 'node:timers/promises';
import { Fleet } from '../support/fleet.js';

const AWAY_MS = 6000;
const NOTHING = { lost: 0, doubled: 0 };

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start();
});
afterAll(() => fleet?.stop());

const pending = async () => fleet.redis.admin().xlen('emergency:pending');

it('Redis takes alerts while Postgres is away, and an API process dies meanwhile', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('Postgres away 6 s, kill -9 of an API process meanwhile', async () => {
    await fleet.postgres.kill9();
    await delay(AWAY_MS / 3); // Postgres stays away: presses go on
    await node!.kill9();
    await node!.start();
    await delay(AWAY_MS / 3);
    await fleet.postgres.restart();
  });
  expect(result).toMatchObject(NOTHING);
  const { accepted, answers } = result.presses;
  expect([...answers.keys()].toSorted()).toEqual(['201', 'none']);
  const byRedis = accepted.filter(({ stored }) => stored === 'redis');
  expect(byRedis.length).toBeGreaterThan(100);
  // Told at once by the node that lives, as provisional; those of the node that died came back to it.
  const [watcher] = result.watchers.filter(({ url }) => url !== node!.url);
  const told = byRedis.map(({ ids, acceptedAt }) => (watcher!.provisional.get([...ids][0]!) ?? Infinity) - acceptedAt!);
  const late = told.filter((ms) => ms > 1000);
  expect(late).toEqual([]);
  expect(await pending()).toBe(0);
});
