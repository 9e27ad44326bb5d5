import { eventually } from '../support/eventually.js';
import { openJobBench, type JobBench } from '../support/job-bench.js';
import { raiseAlert } from '../support/raise-alert.js';
import { isAlive, killWorkers, startWorker } from '../support/worker-process.js';

jest.setTimeout(60_000);

let bench: JobBench;

beforeEach(async () => {
  bench = await openJobBench();
  bench.publish();
});
afterEach(async () => {
  await killWorkers();
  await bench.close();
});

async function isDelivered(): Promise<boolean> {
  const { rows } = await bench.database.query<{ status: string }>({ text: 'select status from deliveries' });
  return rows.length > 0 && rows.every(({ status }) => status === 'delivered');
}

it('delivers later what a worker was delivering when it was killed, within twenty seconds', async () => {
  const doomed = await startWorker(bench.env);
  const children = doomed.children();
  bench.receiver.answer = () => undefined; // the attempt is under way and stays so
  const id = await raiseAlert(bench.log);
  await eventually(() => bench.receiver.received.length === 1);
  await doomed.end('SIGKILL');
  await eventually(() => !children.some(isAlive), { what: 'the end of the job processes' });
  bench.receiver.answer = (response) => void response.writeHead(200).end();

  await startWorker(bench.env);
  await eventually(isDelivered, { withinMs: 20_000, what: 'the delivery by another worker' });
  expect(bench.receiver.received.map(({ body }) => body.data.alert.id)).toEqual([id, id]);
  expect(new Set(bench.receiver.received.map((webhook) => webhook.id)).size).toBe(1);
});

it('goes on in another worker when the one that follows the log is killed', async () => {
  const first = await startWorker(bench.env);
  await startWorker(bench.env);
  await raiseAlert(bench.log);
  await eventually(isDelivered);
  await first.end('SIGKILL');
  await raiseAlert(bench.log);
  await eventually(async () => bench.receiver.received.length === 2 && (await isDelivered()), { withinMs: 8000 });
  expect(new Set(bench.receiver.received.map((webhook) => webhook.id)).size).toBe(2);
});

it('lets a delivery under way end before it stops, and leaves no process', async () => {
  const worker = await startWorker(bench.env);
  let finish: (() => void) | undefined;
  bench.receiver.answer = (response) => (finish = () => void response.writeHead(200).end());
  await raiseAlert(bench.log);
  await eventually(() => finish !== undefined);
  const children = worker.children();
  expect(children.filter(isAlive).length).toBeGreaterThan(0);
  const ended = worker.end('SIGTERM');
  setTimeout(() => finish!(), 500);
  const ms = await ended;
  expect(ms).toBeGreaterThan(450);
  expect(ms).toBeLessThan(6000);
  expect(await isDelivered()).toBe(true);
  expect(children.filter(isAlive)).toEqual([]);
  expect(worker.output()).not.toMatch(/Connection is closed|unhandled/i);
});

it.each([
  ['is away', () => bench.redis.kill9()],
  ['hangs', async () => bench.redis.pause()],
])('stops within ten seconds, what a container gets, while Redis %s', async (_case, breakRedis) => {
  const worker = await startWorker(bench.env);
  const children = worker.children();
  await breakRedis();
  expect(await worker.end('SIGTERM')).toBeLessThan(10_000);
  expect(children.filter(isAlive)).toEqual([]);
});

it('starts while Redis is away, and works when it comes', async () => {
  await bench.redis.kill9();
  const worker = await startWorker(bench.env);
  await raiseAlert(bench.log);
  await bench.redis.restart();
  await eventually(isDelivered, { withinMs: 10_000 });
  expect(worker.output()).not.toContain(bench.env['REDIS_APP_PASSWORD']);
  const lines = worker.output().trim().split('\n');
  expect(lines.filter((line) => !line.startsWith('{"level"'))).toEqual([]); // nothing past the logger
  expect(lines.filter((line) => line.includes('worker of notifications: Redis cannot be reached'))).toHaveLength(1);
});
