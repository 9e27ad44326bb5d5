import type { Queue } from 'bullmq';
import { eventually } from '../support/eventually.js';
import { openJobBench, type JobBench } from '../support/job-bench.js';
import { raiseAlert } from '../support/raise-alert.js';
import { isAlive, killWorkers, startWorker, type WorkerProcess } from '../support/worker-process.js';

jest.setTimeout(60_000);

// One bench for all of them, in this order: what dies in one test is not there in the next.
let bench: JobBench;
let queue: Queue;
let survivor: WorkerProcess;

beforeAll(async () => {
  bench = await openJobBench();
  bench.publish();
  queue = bench.queue('notifications');
});
beforeEach(() => {
  bench.receiver.received.length = 0;
  bench.receiver.answer = (response) => void response.writeHead(200).end();
});
afterAll(async () => {
  await killWorkers();
  await bench.close();
});

async function isDelivered(): Promise<boolean> {
  const { rows } = await bench.database.query<{ status: string }>({ text: 'select status from deliveries' });
  return rows.length > 0 && rows.every(({ status }) => status === 'delivered');
}

const receivedIds = () => bench.receiver.received.map(({ body }) => body.data.alert.id);

it('goes on in another worker when one is killed: its job within ten seconds, and what was raised since', async () => {
  const doomed = await startWorker(bench.env);
  const children = doomed.children();
  bench.receiver.answer = () => undefined; // the attempt is under way and stays so
  const id = await raiseAlert(bench.log);
  await eventually(() => bench.receiver.received.length === 1);
  const [job] = await queue.getActive();
  survivor = await startWorker(bench.env);
  await doomed.end('SIGKILL');
  const killedAt = Date.now();
  await eventually(() => !children.some(isAlive), { what: 'the end of the job processes' });
  bench.receiver.answer = (response) => void response.writeHead(200).end();
  const later = await raiseAlert(bench.log);
  await eventually(() => receivedIds().includes(later), { withinMs: 8000, what: 'what was raised since' });

  const again = await eventually(
    async () => {
      const stalled = await queue.getJob(job!.id!);
      return stalled?.finishedOn !== undefined && stalled;
    },
    { withinMs: 12_000, what: 'the end of the job of the dead worker' },
  );
  expect(again).toMatchObject({ stalledCounter: 1, attemptsStarted: 2 });
  expect(again.finishedOn! - killedAt).toBeLessThan(10_000);
  // Nobody else takes the delivery while the attempt of the dead worker may be under way: its lease ends here and now.
  await bench.database.query({ text: `update deliveries set next_attempt_at = now() where status = 'pending'` });
  await eventually(isDelivered, { what: 'the delivery by another worker' });
  expect(receivedIds().sort()).toEqual([id, id, later].sort());
  expect(new Set(bench.receiver.received.map((webhook) => webhook.id)).size).toBe(2);
});

it('lets a delivery under way end before it stops, and leaves no process', async () => {
  let finish: (() => void) | undefined;
  bench.receiver.answer = (response) => (finish = () => void response.writeHead(200).end());
  await raiseAlert(bench.log);
  await eventually(() => finish !== undefined);
  const children = survivor.children();
  expect(children.filter(isAlive).length).toBeGreaterThan(0);
  const ended = survivor.end('SIGTERM');
  setTimeout(() => finish!(), 500);
  const ms = await ended;
  expect(ms).toBeGreaterThan(450);
  expect(ms).toBeLessThan(6000);
  expect(await isDelivered()).toBe(true);
  expect(children.filter(isAlive)).toEqual([]);
  expect(survivor.output()).not.toMatch(/Connection is closed|unhandled/i);
});

it('stops within six of the ten seconds that a container gets, while Redis hangs and while it is away', async () => {
  const [one, other] = await Promise.all([startWorker(bench.env), startWorker(bench.env)]);
  const children = [...one.children(), ...other.children()];
  bench.redis.pause();
  expect(await one.end('SIGTERM')).toBeLessThan(6000);
  bench.redis.resume();
  await bench.redis.kill9();
  expect(await other.end('SIGTERM')).toBeLessThan(6000);
  expect(one.output() + other.output()).not.toMatch(/unhandled/i);
  expect(children.filter(isAlive)).toEqual([]);
});

it('starts while Redis is away, and works when it comes', async () => {
  const worker = await startWorker(bench.env);
  await raiseAlert(bench.log);
  await bench.redis.restart();
  await eventually(isDelivered, { withinMs: 10_000 });
  await eventually(() => queue.getJobCounts());
  expect(worker.output()).not.toContain(bench.env['REDIS_APP_PASSWORD']);
  const lines = worker.output().trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('{"level"'))).toEqual([]); // nothing past the logger
  expect(lines.filter((line) => line.includes('worker of notifications: Redis cannot be reached'))).toHaveLength(1);
});
