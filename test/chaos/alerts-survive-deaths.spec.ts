import { Fleet } from '../support/fleet.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start();
});
afterAll(() => fleet?.stop());

const NOTHING = { lost: 0, doubled: 0 };

it('an API process', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('kill -9 of an API process', async () => {
    await node!.kill9();
    await node!.start();
  });
  expect(result).toMatchObject(NOTHING);
  expect(result.recovery).toBeLessThan(10_000);
  expect([...result.presses.answers.keys()].toSorted()).toEqual(['201', 'none']);
});

it('Postgres', async () => {
  const result = await fleet.drill('kill -9 of Postgres', async () => {
    await fleet.postgres.kill9();
    await fleet.postgres.restart();
  });
  expect(result).toMatchObject(NOTHING);
  expect(result.recovery).toBeLessThan(10_000);
});

it('everything at once', async () => {
  const result = await fleet.drill('kill -9 of everything', async () => {
    const nodes = [...fleet.apis, ...fleet.workers];
    await Promise.all([fleet.redis.kill9(), fleet.postgres.kill9(), ...nodes.map((node) => node.kill9())]);
    await Promise.all([fleet.redis.restart(), fleet.postgres.restart()]);
    await Promise.all(nodes.map((node) => node.start()));
  });
  expect(result).toMatchObject(NOTHING);
});
