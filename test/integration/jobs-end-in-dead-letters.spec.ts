import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { Queue } from 'bullmq';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/config.js';
import { Database } from '../../src/database/database.js';
import { DeadJobKeeper } from '../../src/queues/dead-job-keeper.js';
import { DeadJobs } from '../../src/queues/dead-jobs.js';
import { JobWorkers } from '../../src/queues/job-workers.js';
import { QUEUE_NAMES } from '../../src/queues/queue-map.js';
import { queueCounts } from '../../src/queues/queue-counts.js';
import { producerOptions } from '../../src/queues/queue-options.js';
import type { Queues } from '../../src/queues/queues.module.js';
import { keys } from '../../src/redis/redis.keys.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const CHILD = resolve(import.meta.dirname, '../support/task-fixture.mjs');
/** What the job processes of these tests make of a delivery's id. */
const ids = (digit: number) => ({ deliveryIds: [`00000000-0000-4000-8000-00000000000${digit}`] });
const [FINE, FAILS, CRASHES] = [ids(0), ids(1), ids(2)];

let redis: TestRedis;
let testDatabase: TestDatabase;
let database: Database;
let queues: Queues;
let notifications: Queue;
let workers: JobWorkers;
let keeper: DeadJobKeeper;

beforeAll(async () => {
  Logger.overrideLogger(false);
  [redis, testDatabase] = await Promise.all([startTestRedis(), createTestDatabase()]);
  database = new Database(testDatabase.url);
  const env = { ...redis.env, DATABASE_URL: testDatabase.url, NABOOM_OPERATOR_KEY: 'operator-key-of-a-job-test' };
  const config = loadConfig(env);
  queues = new Map(QUEUE_NAMES.map((name) => [name, new Queue(name, producerOptions(config, name))]));
  for (const queue of queues.values()) queue.on('error', () => undefined);
  notifications = queues.get('notifications')!;
  workers = new JobWorkers(config, { childModule: CHILD });
  keeper = keeperOn(database);
  workers.onDead((queue, jobId) => keeper.wake(queue, jobId));
  await workers.start();
});
beforeEach(async () => {
  await redis.admin().flushall();
  await database.query({ text: 'delete from dead_jobs' });
});
afterAll(async () => {
  await workers.close();
  await Promise.all([...queues.values()].map((queue) => queue.close()));
  await database.close();
  await Promise.all([redis.stop(), testDatabase.drop()]);
});

function keeperOn(on: Database): DeadJobKeeper {
  return new DeadJobKeeper({ queues, jobs: new DeadJobs(on), clock: systemClock });
}

async function deadJobs(): Promise<{ job: string; reason: string; attempts: number; status: string }[]> {
  const { rows } = await database.query<{ id: string; job: string; reason: string; attempts: number; status: string }>({
    text: 'select id, job, reason, attempts, status from dead_jobs order by reason',
  });
  return rows;
}

async function failed(count: number): Promise<void> {
  await eventually(async () => (await notifications.getFailedCount()) === count, { what: `${count} failed jobs` });
}

it('keeps, once each, what has the wrong shape, an unknown name, no attempts left, or kills its process', async () => {
  const again = { attempts: 2, backoff: 1 };
  await notifications.addBulk([
    { name: 'deliver-webhooks', data: { deliveryIds: ['planted-secret'] } },
    { name: 'deliver-by-pigeon', data: {} },
    { name: 'deliver-webhooks', data: FAILS, opts: again },
    { name: 'deliver-webhooks', data: CRASHES, opts: again },
    { name: 'deliver-webhooks', data: FINE },
  ]);
  await failed(4);
  await eventually(async () => {
    const counts = (await queueCounts(queues)).get('notifications');
    return (await notifications.getCompletedCount()) === 1 && counts?.failed === 4 && counts.waiting === 0;
  });
  const [here, there] = await Promise.all([keeper.collect(), keeperOn(database).collect()]);
  expect(here! + there!).toBe(4);
  expect(await keeper.collect()).toBe(0);
  expect(await keeperOn(database).collect()).toBe(0);
  const dead = await deadJobs();
  expect(dead).toMatchObject([
    { job: 'deliver-webhooks', attempts: 2, reason: 'Error: as asked' },
    {
      job: 'deliver-by-pigeon',
      attempts: 1,
      reason:
        'no handler here for the job "deliver-by-pigeon" of the queue notifications: another program added it, or a newer version of this one',
    },
    { job: 'deliver-webhooks', attempts: 2, reason: 'the child process ended by itself (code 3)' },
    { attempts: 1, reason: 'the payload is not of the shape of deliver-webhooks: deliveryIds.0: Invalid UUID' },
  ]);
  expect(JSON.stringify(dead)).not.toContain('planted-secret');
});

it('gives up a job that takes one worker after the other with it, a scheduled one too', async () => {
  const db2 = redis.admin();
  await db2.select(2);
  await notifications.pause();
  const [scheduled, other] = await Promise.all(
    [1, 2].map(() => notifications.add('deliver-webhooks', FINE, { attempts: 5 })),
  );
  // As BullMQ notes it when a worker dies.
  await db2.hset(`${keys.queuePrefix()}:notifications:${scheduled!.id}`, 'stc', '4');
  await db2.hset(`${keys.queuePrefix()}:notifications:${other!.id}`, 'defa', 'job stalled more than allowable limit');
  await notifications.resume();
  await failed(2);
  await keeper.collect();
  expect((await deadJobs()).map(({ reason }) => reason)).toEqual(
    Array.from({ length: 2 }, () => 'its worker died or hung under it 4 times'),
  );
});

it('finds later what failed while Postgres was away, and what cannot be read', async () => {
  const { hostname, port } = new URL(testDatabase.url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  const url = new URL(testDatabase.url);
  url.host = `127.0.0.1:${proxy.port}`;
  const away = new Database(url.href);
  const patient = keeperOn(away);
  await patient.collect();
  await proxy.cut();
  await notifications.add('deliver-by-pigeon', {});
  await failed(1);
  await expect(patient.collect()).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await proxy.mend();
  const db2 = redis.admin();
  await db2.select(2);
  await db2.hset(
    `${keys.queuePrefix()}:notifications:odd`,
    'name',
    'x',
    'data',
    '{"no',
    'opts',
    '{}',
    'timestamp',
    '1',
  );
  await db2.zadd(`${keys.queuePrefix()}:notifications:failed`, 1, 'odd');
  expect(await patient.collect()).toBe(2);
  expect((await deadJobs()).map(({ reason }) => reason)).toContain('the job cannot be read: its data is no JSON');
  await away.close();
  await proxy.close();
});

it('keeps nothing of a job that runs each minute anyway and failed because Postgres was away', async () => {
  const maintenance = queues.get('maintenance')!;
  const away = 'AppError: The record of alerts cannot be reached';
  const reasons = { 'apply-shifts': away, 'audit-escalations': 'Error: a fault', prune: away };
  await maintenance.pause();
  const jobs = await Promise.all(Object.keys(reasons).map((job) => maintenance.add(job, {})));
  const db2 = redis.admin();
  await db2.select(2);
  for (const { id, name } of jobs) {
    // As BullMQ notes a job that is given up as soon as it is taken.
    const reason = reasons[name as keyof typeof reasons];
    await db2.hset(`${keys.queuePrefix()}:maintenance:${id}`, 'defa', reason);
  }
  await maintenance.resume();
  await eventually(async () => (await maintenance.getFailedCount()) === 3, { what: 'three failed jobs' });
  await keeper.collect();
  expect((await deadJobs()).map(({ job }) => job).sort()).toEqual(['audit-escalations', 'prune']);
});

it('runs a replayed job once, though two workers hand it out, and knows it as another one when it dies again', async () => {
  await notifications.add('deliver-webhooks', FAILS, { attempts: 1 });
  await failed(1);
  await keeper.collect();
  await database.query({ text: `update dead_jobs set status = 'replaying'` });
  const handedOut = await Promise.all([keeper.handOut(), keeperOn(database).handOut()]);
  expect(handedOut.sort()).toEqual([0, 1]);
  await eventually(async () => (await notifications.getFailedCount()) + (await notifications.getDelayedCount()) === 2);
  const [replayed] = (await notifications.getJobs(['failed', 'delayed'])).filter(({ id }) => id?.startsWith('replay-'));
  expect(replayed).toMatchObject({ name: 'deliver-webhooks', data: FAILS });
  expect(await keeper.handOut()).toBe(0);
  expect((await deadJobs()).map(({ status }) => status)).toEqual(['replayed']);
});
