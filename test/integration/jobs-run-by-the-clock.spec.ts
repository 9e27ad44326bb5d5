import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { Queue } from 'bullmq';
import { loadConfig, type Config } from '../../src/config/config.js';
import { JobSchedules } from '../../src/queues/job-schedules.js';
import { JobWorkers } from '../../src/queues/job-workers.js';
import { QUEUE_NAMES } from '../../src/queues/queue-map.js';
import { producerOptions } from '../../src/queues/queue-options.js';
import type { Queues } from '../../src/queues/queues.module.js';
import { minutely, type JobSchedule } from '../../src/queues/schedule-table.js';
import { keys } from '../../src/redis/redis.keys.js';
import { eventually } from '../support/eventually.js';
import { TestClock } from '../support/test-clock.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const CHILD = resolve(import.meta.dirname, '../support/task-fixture.mjs');
const EACH_SECOND: JobSchedule = { id: 'each-second', job: 'prune', pattern: '* * * * * *', attempts: 1, retryMs: 1 };

let redis: TestRedis;
let config: Config;
let queues: Queues;
const clock = new TestClock();
const direct: unknown[] = [];
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  Logger.overrideLogger(false);
  redis = await startTestRedis();
  config = loadConfig({
    ...redis.env,
    DATABASE_URL: 'postgres://127.0.0.1/unused',
    NABOOM_OPERATOR_KEY: 'operator-key-of-a-job-test',
  });
  queues = new Map(QUEUE_NAMES.map((name) => [name, new Queue(name, producerOptions(config, name))]));
  for (const queue of queues.values()) queue.on('error', () => undefined);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await Promise.all([...queues.values()].map((queue) => queue.close()));
  await redis.stop();
});

function schedules(table: readonly JobSchedule[], workers: Pick<JobWorkers, 'runDirectly'> = { runDirectly }) {
  const kept = new JobSchedules({
    queues,
    workers,
    clock,
    timeZone: 'Africa/Johannesburg',
    schedules: table,
    checkMs: 50,
  });
  closing.push(() => kept.stop());
  return kept;
}

async function runDirectly(job: string): Promise<void> {
  direct.push(job);
}

async function startWorkers(): Promise<JobWorkers> {
  const workers = new JobWorkers(config, { childModule: CHILD });
  await workers.start();
  closing.push(() => workers.close());
  return workers;
}

it('runs each due job once with two workers, and again within a moment of a wiped Redis', async () => {
  const maintenance = queues.get('maintenance')!;
  const workers = await Promise.all([startWorkers(), startWorkers()]);
  const started = () => workers.reduce((sum, { counts }) => sum + counts.started, 0);
  for (const worker of workers) schedules([EACH_SECOND], worker).start();
  await eventually(async () => (await maintenance.getCompletedCount()) >= 2);
  const jobs = await maintenance.getCompleted();
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(started());

  await redis.admin().flushall();
  await eventually(async () => (await maintenance.getCompletedCount()) >= 1);
  expect(await maintenance.getJobSchedulers()).toHaveLength(1);
});

it('leaves alone what stands, and writes what changed', async () => {
  const maintenance = queues.get('maintenance')!;
  await redis.admin().flushall();
  const daily: JobSchedule = { ...EACH_SECOND, id: 'daily', pattern: '15 3 * * *' };
  await schedules([daily]).write();
  const [before] = await maintenance.getDelayed();
  await schedules([daily]).write();
  expect((await maintenance.getDelayed()).map(({ timestamp }) => timestamp)).toEqual([before!.timestamp]);
  const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Africa/Johannesburg', timeStyle: 'short' });
  expect(local.format((await maintenance.getJobScheduler('daily'))!.next)).toBe('03:15');

  const db2 = redis.admin(); // a chain that broke
  await db2.select(2);
  await db2.zrem(`${keys.queuePrefix()}:maintenance:delayed`, before!.id!);
  await db2.del(`${keys.queuePrefix()}:maintenance:${before!.id!}`);
  await schedules([daily]).write();
  expect(await maintenance.getDelayedCount()).toBe(1);
  await schedules([{ ...daily, pattern: '30 4 * * *' }]).write();
  expect(local.format((await maintenance.getJobScheduler('daily'))!.next)).toBe('04:30');
  expect(await maintenance.getDelayedCount()).toBe(1);
});

it('runs what cannot wait itself while Redis is away, once a minute', async () => {
  const kept = schedules([{ ...minutely('prune', 20), id: 'minutely' }, EACH_SECOND]);
  await redis.kill9();
  kept.start();
  await eventually(() => direct.length === 1);
  kept.stop();
  await redis.restart();
  await eventually(() => Promise.all([...queues.values()].map((queue) => queue.getJobCounts())));
  expect(direct).toEqual(['prune']);
});
