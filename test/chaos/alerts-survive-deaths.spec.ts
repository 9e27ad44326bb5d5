import { absence, expectAnswers, expectNothingLost, untilHealth } from '../support/expect-survival.js';
import { Fleet } from '../support/fleet.js';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start({ webhooks: true });
});
afterAll(() => fleet?.stop());

it('an API process', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('kill -9 of an API process, 5 s away', async () => {
    await node!.kill9();
    await absence();
    await node!.start();
  });
  expectNothingLost(result);
  // 200: it had committed and not answered; the same press at the other node is the same alert.
  expectAnswers(result, ['200', 'none']);
  expect(result.healing).toBeLessThan(10_000);
  expect(result.watchers.filter(({ returns }) => returns > 0)).toHaveLength(2);
});

it('a worker', async () => {
  const [worker] = fleet.workers;
  const result = await fleet.drill('kill -9 of the worker, 5 s away', async () => {
    await worker!.kill9();
    await absence();
    await worker!.start();
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.healing).toBeLessThan(5000);
});

it('Redis', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('kill -9 of Redis, 5 s away', async () => {
    await fleet.redis.kill9();
    await untilHealth(node!, { status: 'degraded', redis_status: 'disconnected', database_status: 'connected' });
    expect((await node!.health('/health/ready')).code).toBe(200);
    await absence();
    await fleet.redis.restart();
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.presses.slowestMs).toBeLessThan(3000);
  expect(result.healing).toBeLessThan(5000);
  await untilHealth(node!, { status: 'healthy', redis_status: 'connected' });
});

it('Postgres', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('kill -9 of Postgres, 5 s away', async (presses) => {
    await fleet.postgres.kill9();
    await untilHealth(node!, { database_status: 'disconnected' });
    expect((await node!.health('/health/live')).code).toBe(200);
    const before = presses.entries.length;
    await absence();
    expect(presses.entries.length).toBeGreaterThan(before);
    await fleet.postgres.restart();
  });
  expectNothingLost(result);
  expectAnswers(result, ['200', '503']);
  expect(result.presses.slowestMs).toBeLessThan(4000);
  expect(result.healing).toBeLessThan(10_000);
  await untilHealth(node!, { status: 'healthy', database_status: 'connected' });
});

it('readiness is the truth while Postgres is away', async () => {
  const [node] = fleet.apis;
  await fleet.postgres.kill9();
  await untilHealth(node!, { database_status: 'disconnected' });
  const press = await fetch(`${node!.url}/api/v1/emergency/alerts`, { method: 'POST' });
  const { code } = await node!.health('/health/ready');
  expect({ isReady: code === 200 }).toEqual({ isReady: press.ok });
  await fleet.postgres.restart();
  await untilHealth(node!, { status: 'healthy' });
});

it('everything at once', async () => {
  const result = await fleet.drill('kill -9 of everything, 5 s away', async () => {
    await Promise.all([fleet.redis.kill9(), fleet.postgres.kill9(), ...fleet.nodes.map((node) => node.kill9())]);
    await absence();
    await Promise.all([fleet.redis.restart(), fleet.postgres.restart()]);
    await Promise.all(fleet.nodes.map((node) => node.start()));
  });
  expectNothingLost(result);
  expectAnswers(result, ['200', '503', 'none']);
  expect(result.healing).toBeLessThan(15_000);
});
