import { absence, expectAnswers, expectNothingLost, untilHealth } from '../support/expect-survival.js';
import { Fleet } from '../support/fleet.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start({ webhooks: true });
});
afterAll(() => fleet?.stop());

it('a Redis that comes back with nothing', async () => {
  const result = await fleet.drill('Redis restarted empty', () => fleet.redis.restartEmpty());
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.recovery).toBeLessThan(5000);
  await untilHealth(fleet.apis[0]!, { status: 'healthy' });
});

it('a Redis that is emptied again and again', async () => {
  const admin = fleet.redis.admin();
  const result = await fleet.drill('FLUSHALL, 10 times', async () => {
    for (let times = 0; times < 10; times += 1) {
      await admin.flushall();
      await absence(200); // streams, jobs and cache are filled anew, and emptied again
    }
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.healing).toBeLessThan(3000);
  await untilHealth(fleet.apis[0]!, { status: 'healthy' });
});

it('a Redis that is full', async () => {
  const [node] = fleet.apis;
  const admin = fleet.redis.admin();
  const result = await fleet.drill('maxmemory reached, 5 s', async () => {
    await admin.config('SET', 'maxmemory', '1mb'); // less than it takes: every write is refused, reads go on
    await untilHealth(node!, { status: 'degraded', database_status: 'connected' });
    expect((await node!.health('/health/ready')).code).toBe(200);
    await absence();
    await admin.config('SET', 'maxmemory', '0');
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.healing).toBeLessThan(5000);
  await untilHealth(node!, { status: 'healthy' });
});
