import { FlowProducer, type ConnectionOptions, type Job, Queue, QueueEvents, Worker } from 'bullmq';
import { keys } from '../../src/redis/redis.keys.js';
import type { RedisRoleName } from '../../src/redis/redis.roles.js';
import { type AclServer, startAclServer } from '../support/acl-server.js';
import { eventually } from '../support/eventually.js';

let server: AclServer;
beforeAll(async () => {
  server = await startAclServer();
});
afterAll(() => server.stop());

async function expectNothingRefused(errors: readonly Error[]): Promise<void> {
  expect(errors.map(String)).toEqual([]);
  expect(await server.denials()).toEqual([]);
}

/** One queue with all that BullMQ offers around it, as one user; a name for each test. */
class Bench {
  readonly options: { connection: ConnectionOptions; prefix: string };
  readonly queue: Queue;
  readonly events: QueueEvents;
  readonly errors: Error[] = [];
  readonly #closers: (() => Promise<void>)[] = [];

  constructor(
    role: RedisRoleName,
    readonly name: string,
  ) {
    const { username, password } = server.config.roles[role];
    const connection = {
      host: '127.0.0.1',
      port: server.redis.port,
      username,
      password,
      db: 2,
      disableClientInfo: true,
      maxRetriesPerRequest: null,
    };
    this.options = { connection, prefix: keys.queuePrefix() };
    this.queue = this.#watch(new Queue(name, this.options));
    this.events = this.#watch(new QueueEvents(name, this.options));
  }

  worker(work: (job: Job, token?: string) => Promise<unknown>, further: object = {}): Worker {
    return this.#watch(
      new Worker(this.name, (job, token) => work(job, token), {
        ...this.options,
        drainDelay: 1,
        metrics: { maxDataPoints: 10 },
        ...further,
      }),
    );
  }

  flow(): FlowProducer {
    return this.#watch(new FlowProducer(this.options));
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }

  #watch<T extends { on(event: 'error', listener: (error: Error) => void): unknown; close(): Promise<void> }>(
    part: T,
  ): T {
    part.on('error', (error) => void this.errors.push(error));
    this.#closers.push(() => part.close());
    return part;
  }
}

describe.each<[string, RedisRoleName]>([
  ['app_user', 'app'],
  ['queue_user', 'queue'],
])('%s, with all of BullMQ', (_user, role) => {
  let bench: Bench;
  beforeEach(async () => {
    await server.forget();
    bench = new Bench(role, `q${process.hrtime.bigint()}`);
    await bench.events.waitUntilReady();
  });
  afterEach(async () => {
    await bench.close();
    await expectNothingRefused(bench.errors);
  });

  it('runs jobs with progress, logs, priorities, delays, retries, and counts them', async () => {
    const { queue, events } = bench;
    bench.worker(async (job) => {
      await job.updateProgress(50);
      await job.log('half way');
      await job.updateData({ ...job.data, seen: true });
      if (job.name === 'flaky' && job.attemptsMade < 1) throw new Error('first try');
      if (job.name === 'hopeless') throw new Error('never');
      return 'done';
    });
    const jobs = await queue.addBulk([
      { name: 'plain', data: {} },
      { name: 'last-in', data: {}, opts: { lifo: true } },
      { name: 'urgent', data: {}, opts: { priority: 1 } },
      { name: 'later', data: {}, opts: { delay: 30 } },
      { name: 'flaky', data: {}, opts: { attempts: 2, backoff: { type: 'exponential', delay: 10 } } },
      { name: 'kept', data: {}, opts: { removeOnComplete: { count: 50, age: 60 } } },
    ]);
    const dropped = await queue.add('dropped', {}, { removeOnComplete: true });
    await eventually(async () => (await queue.getJob(dropped.id ?? '')) === undefined);
    for (const job of jobs) expect(await job.waitUntilFinished(events, 5000)).toBe('done');
    const hopeless = await queue.add('hopeless', {});
    await expect(hopeless.waitUntilFinished(events, 5000)).rejects.toThrow('never');
    expect((await queue.getJobLogs(hopeless.id ?? '')).logs).toEqual(['half way']);
    expect((await queue.getJobCounts()).failed).toBe(1);
    expect((await queue.getMetrics('completed')).meta.count).toBeGreaterThan(0);
    expect(await queue.getJobs(['completed', 'failed', 'waiting', 'prioritized'])).not.toHaveLength(0);
    await hopeless.retry('failed');
    await expect(hopeless.waitUntilFinished(events, 5000)).rejects.toThrow('never');
  });

  it('pauses, promotes, reorders, drains, cleans, removes and obliterates', async () => {
    const { queue } = bench;
    await queue.add('before', {});
    await queue.pause();
    const [plain, later] = [await queue.add('plain', {}), await queue.add('later', {}, { delay: 60_000 })];
    const urgent = await queue.add('urgent', {}, { priority: 5 });
    await urgent.changePriority({ priority: 1 });
    expect(await queue.getCountsPerPriority([1, 5])).toEqual({ 1: 1, 5: 0 });
    await later.changeDelay(50_000);
    expect([await plain.getState(), await later.getState()]).toEqual(['waiting', 'delayed']);
    await later.promote();
    expect(await queue.isPaused()).toBe(true);
    await queue.resume();
    expect(await queue.getWaiting()).not.toHaveLength(0);
    await plain.remove();
    expect(await queue.clean(0, 1, 'wait')).toHaveLength(1);
    await queue.drain(true);
    const worker = bench.worker(() => Promise.reject(new Error('no')));
    await queue.addBulk([1, 2, 3].map((n) => ({ name: `n${n}`, data: {} })));
    await eventually(async () => (await queue.getFailedCount()) === 3);
    await queue.retryJobs({ state: 'failed' });
    await eventually(async () => (await queue.getFailedCount()) === 3);
    await worker.close();
    expect(await queue.clean(0, 2, 'failed')).toHaveLength(2);
    await queue.clean(0, 10, 'completed');
    await queue.trimEvents(10);
    await queue.obliterate({ force: true });
    expect(await queue.count()).toBe(0);
  });

  it('limits the rate, drops duplicates, moves jobs by hand and sets limits for all', async () => {
    const { queue, events } = bench;
    const twice = { deduplication: { id: 'same', ttl: 60_000 } };
    const [first, second] = [await queue.add('once', {}, twice), await queue.add('once', {}, twice)];
    expect(second.id).toBe(first.id);
    expect(await queue.getDeduplicationJobId('same')).toBe(first.id);
    await queue.removeDeduplicationKey('same');
    await queue.setGlobalConcurrency(3);
    expect(await queue.getGlobalConcurrency()).toBe(3);
    await queue.removeGlobalConcurrency();
    const worker = bench.worker(() => Promise.resolve('done'), { limiter: { max: 1, duration: 20 } });
    const jobs = await queue.addBulk([1, 2, 3].map((n) => ({ name: `n${n}`, data: {} })));
    for (const job of jobs) await job.waitUntilFinished(events, 5000);
    await worker.rateLimit(50);
    expect(await queue.getRateLimitTtl()).toBeGreaterThan(0);
    await queue.removeRateLimitKey();
    await worker.close();
    const byHand = bench.worker(() => Promise.resolve('done'), { autorun: false });
    await queue.add('mine', {});
    const mine = (await byHand.getNextJob('token')) as Job;
    await mine.extendLock('token', 5000);
    await mine.moveToDelayed(Date.now() + 60_000, 'token');
    await mine.promote();
    const again = (await byHand.getNextJob('token')) as Job;
    await again.moveToCompleted('done', 'token', false);
    expect(await again.isCompleted()).toBe(true);
    const lastCounts = { deduplication: { id: 'last', ttl: 60_000, keepLastIfActive: true } };
    await queue.add('first', {}, lastCounts);
    const active = (await byHand.getNextJob('token')) as Job;
    await queue.add('last', {}, lastCounts);
    await active.moveToFailed(new Error('no'), 'token', false);
  });

  it('runs flows of parents and children, also failed and removed ones', async () => {
    const { queue, events, name } = bench;
    const queueName = name;
    const child = (childName: string, opts: object = {}) => ({ name: childName, queueName, data: {}, opts });
    bench.worker((job) => (job.name.startsWith('bad') ? Promise.reject(new Error('no')) : Promise.resolve(job.name)));
    const flow = bench.flow();
    const good = await flow.add({ name: 'parent', queueName, children: [child('one'), child('two')] });
    expect(await good.job.waitUntilFinished(events, 5000)).toBe('parent');
    expect(Object.values(await good.job.getChildrenValues())).toHaveLength(2);
    expect((await good.job.getDependencies({ processed: { count: 5 } })).processed).toBeDefined();
    const parentId = good.job.id ?? '';
    expect((await queue.getDependencies(parentId, 'processed', 0, 9)).total).toBe(2);
    expect((await queue.getDependencies(parentId, 'pending', 0, 9)).total).toBe(0);
    const tolerant = [
      child('bad1', { ignoreDependencyOnFailure: true }),
      child('bad2', { removeDependencyOnFailure: true }),
    ];
    const lenient = await flow.add({ name: 'lenient', queueName, children: tolerant });
    expect(await lenient.job.waitUntilFinished(events, 5000)).toBe('lenient');
    const strict = await flow.add({
      name: 'strict',
      queueName,
      children: [child('bad', { failParentOnFailure: true })],
    });
    await expect(strict.job.waitUntilFinished(events, 5000)).rejects.toThrow(/failed/);
    await queue.pause();
    const waiting = await flow.add({
      name: 'waiting',
      queueName,
      children: [child('c1', { delay: 60_000 }), child('c2')],
    });
    expect(await waiting.job.getDependenciesCount()).toMatchObject({ unprocessed: 2 });
    expect((await flow.getFlow({ id: waiting.job.id ?? '', queueName }))?.children).toHaveLength(2);
    expect((await queue.getDependencies(waiting.job.id ?? '', 'pending', 0, 9)).total).toBe(2);
    await waiting.children?.[0]?.job.removeChildDependency();
    await waiting.job.removeUnprocessedChildren();
    await waiting.job.remove();
  });

  it('keeps schedules, and takes back a job whose worker went away', async () => {
    const { queue, events } = bench;
    await queue.upsertJobScheduler('often', { every: 50 }, { name: 'tick', data: {} });
    await queue.upsertJobScheduler('daily', { pattern: '0 3 * * *', tz: 'Africa/Johannesburg' }, { name: 'prune' });
    expect(await queue.getJobSchedulers()).toHaveLength(2);
    expect((await queue.getJobScheduler('daily'))?.tz).toBe('Africa/Johannesburg');
    const lost = bench.worker(() => Promise.resolve('done'), { autorun: false, lockDuration: 30 });
    await queue.add('lost', {}, { priority: 0 });
    const taken = await eventually(async () => (await lost.getNextJob('gone')) as Job | undefined);
    expect(await taken.isActive()).toBe(true);
    let ticks = 0;
    bench.worker((job) => Promise.resolve(job.name === 'tick' && (ticks += 1)), { stalledInterval: 60 });
    await eventually(async () => (await taken.getState()) === 'completed');
    await eventually(() => ticks >= 2);
    expect(await queue.removeJobScheduler('often')).toBe(true);
    expect(await queue.removeJobScheduler('daily')).toBe(true);
    await (await queue.add('end', {})).waitUntilFinished(events, 5000);
  });
});
