import { setTimeout as delay } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { keys } from '../../src/redis/redis.keys.js';
import { REDIS_ROLES } from '../../src/redis/redis.roles.js';
import { eventually } from '../support/eventually.js';
import { expectAnswers, expectNothingLost } from '../support/expect-survival.js';
import { Fleet, type DrillResult } from '../support/fleet.js';

const AWAY_MS = 6000;

let fleet: Fleet;
let streams: Redis;
beforeAll(async () => {
  fleet = await Fleet.start();
  streams = fleet.redis.admin();
  await streams.select(REDIS_ROLES.realtime.db);
});
afterAll(() => fleet?.stop());

const pending = () => streams.xlen(keys.pending());
const isMoved = () => eventually(async () => (await pending()) === 0, { what: 'an empty stream of pending presses' });
const byRedis = ({ presses }: DrillResult) => presses.accepted.filter(({ stored }) => stored === 'redis');

it('Redis takes alerts while Postgres is away, and an API process dies meanwhile', async () => {
  const [node] = fleet.apis;
  const result = await fleet.drill('Postgres away 6 s, kill -9 of an API process meanwhile', async () => {
    await fleet.postgres.kill9();
    await delay(AWAY_MS / 3); // Postgres stays away, and phones go on pressing
    await node!.kill9();
    await node!.start(); // it is ready without Postgres
    await delay(AWAY_MS / 3);
    await fleet.postgres.restart();
  });
  expectNothingLost(result);
  // 200: taken by the process that died before it could say so.
  expectAnswers(result, ['200', 'none']);
  expect(byRedis(result).length).toBeGreaterThan(100);
  // On the node that lives they are told at once, before they are in the log.
  const watcher = result.watchers.find(({ url }) => url !== node!.url)!;
  const waits = byRedis(result).map(
    ({ ids: [id], acceptedAt }) => (watcher.provisional.get(id!) ?? Infinity) - acceptedAt!,
  );
  expect(waits.filter((ms) => ms > 1000)).toEqual([]);
  await isMoved();
});

it('a Postgres that hangs costs the first presses their wait, and not the later ones', async () => {
  let hungAt = 0;
  const result = await fleet.drill('SIGSTOP of Postgres 6 s', async () => {
    hungAt = Date.now();
    fleet.postgres.pause();
    await delay(AWAY_MS); // the hang itself
    fleet.postgres.resume();
  });
  expectNothingLost(result);
  expect([...result.presses.answers.keys()]).toEqual(['201']);
  const waits = result.presses.accepted
    .filter(({ pressedAt }) => pressedAt > hungAt + 3000 && pressedAt < hungAt + AWAY_MS)
    .map(({ pressedAt, acceptedAt }) => acceptedAt! - pressedAt);
  expect(waits.length).toBeGreaterThan(50);
  expect(Math.max(...waits)).toBeLessThan(1500);
  await isMoved();
});

it('with both away a phone is told to come back, and comes back', async () => {
  const result = await fleet.drill('Postgres and Redis away 3 s', async () => {
    await Promise.all([fleet.postgres.kill9(), fleet.redis.kill9()]);
    await delay(AWAY_MS / 2); // both stay away
    await eventually(async () => (await fetch(`${fleet.urls[0]}/health/ready`)).status === 503, { what: 'not ready' });
    await fleet.redis.restart();
    await fleet.postgres.restart();
  });
  expectNothingLost(result);
  const answers = [...result.presses.answers.keys()];
  expect(answers).toContain('503');
  expect(answers).not.toContain('503 without Retry-After');
  await isMoved();
});

it('processes that die between the commit and telling Redis to forget store nothing twice', async () => {
  const everyone = [...fleet.apis, ...fleet.workers];
  const result = await fleet.drill('kill -9 between the commit and XDEL', async () => {
    await fleet.postgres.kill9();
    const before = Date.now();
    await eventually(async () => (await pending()) >= 40, { what: 'presses that wait in Redis' });
    // Without the right to delete, whoever commits gets no further than that.
    await streams.call('ACL', 'SETUSER', 'realtime_user', '-xdel');
    await fleet.postgres.restart();
    await eventually(
      async () => {
        const [row] = await fleet.sql('select count(*)::int as n from alerts where opened_at > $1', [new Date(before)]);
        return Number(row!.n) >= 40;
      },
      { what: 'presses of Redis in Postgres' },
    );
    expect(await pending()).toBeGreaterThanOrEqual(40);
    await Promise.all(everyone.map((each) => each.kill9()));
    await streams.call('ACL', 'SETUSER', 'realtime_user', '+xdel');
    await Promise.all(everyone.map((each) => each.start()));
  });
  expectNothingLost(result);
  expect(byRedis(result).length).toBeGreaterThanOrEqual(40);
  await isMoved();
});
