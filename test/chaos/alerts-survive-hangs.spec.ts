import { absence, expectAnswers, expectNothingLost, untilHealth } from '../support/expect-survival.js';
import { Fleet } from '../support/fleet.js';

/** Longer than every time limit that a connection has, ms. */
const HANG_MS = 10_000;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start({ webhooks: true });
});
afterAll(() => fleet?.stop());

it('a Redis that hangs', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('SIGSTOP of Redis, 10 s', async () => {
    fleet.redis.pause();
    const hung = absence(HANG_MS);
    await untilHealth(node!, { status: 'degraded', database_status: 'connected' });
    expect((await node!.health('/health/ready')).code).toBe(200);
    await hung;
    fleet.redis.resume();
  });
  expectNothingLost(result);
  expectAnswers(result);
  // A press waits for Redis 250 ms at most; the rest is a machine with two cores.
  expect(result.presses.slowestMs).toBeLessThan(4000);
  expect(result.healing).toBeLessThan(5000);
  await untilHealth(node!, { status: 'healthy' });
});

it('a Postgres that hangs', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('SIGSTOP of Postgres, 10 s', async () => {
    fleet.postgres.pause();
    const hung = absence(HANG_MS);
    await untilHealth(node!, { database_status: 'disconnected' });
    expect((await node!.health('/health/live')).code).toBe(200);
    await hung;
    fleet.postgres.resume();
  });
  expectNothingLost(result);
  // `none`: a press that waits behind one that hangs may wait longer than a phone does; it presses again.
  expectAnswers(result, ['200', '503', 'none']);
  expect(result.healing).toBeLessThan(10_000);
  await untilHealth(node!, { status: 'healthy' });
});

it('connections that Redis ends', async () => {
  const admin = fleet.redis.admin();
  const result = await fleet.drill('CLIENT KILL of all, 5 times', async () => {
    for (let times = 0; times < 5; times += 1) {
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await absence(300); // they come back, and are ended again
    }
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.healing).toBeLessThan(5000);
  await untilHealth(fleet.apis[0]!, { status: 'healthy' });
});

it('a Redis that is told to make everybody wait', async () => {
  const PAUSE_MS = 3000;
  const admin = fleet.redis.admin();
  const result = await fleet.drill('CLIENT PAUSE, 3 s', async () => {
    await admin.client('PAUSE', PAUSE_MS, 'ALL');
    await absence(PAUSE_MS);
  });
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.healing).toBeLessThan(5000);
});

it('connections that Postgres ends', async () => {
  const result = await fleet.drill('pg_terminate_backend of all, 5 times', async () => {
    for (let times = 0; times < 5; times += 1) {
      await fleet.sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
      );
      await absence(300); // they come back, and are ended again
    }
  });
  expectNothingLost(result);
  expectAnswers(result, ['200', '503']);
  expect(result.healing).toBeLessThan(5000);
});
