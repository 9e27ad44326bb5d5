import { eventually } from '../support/eventually.js';
import { openJobBench, type JobBench } from '../support/job-bench.js';
import { raiseAlert } from '../support/raise-alert.js';
import { isAlive, killWorkers, startWorker, type WorkerProcess } from '../support/worker-process.js';

jest.setTimeout(60_000);

/** Servers and workers of one test alone. */
interface Bench extends JobBench {
  startWorker(): Promise<WorkerProcess>;
}

/** A test on servers of its own: they run beside each other, as most of their time they wait. The longest stand first. */
const onBench = (work: (bench: Bench) => Promise<void>) => async () => {
  const bench = await openJobBench();
  const workers: WorkerProcess[] = [];
  bench.publish();
  const start = async () => {
    const worker = await startWorker(bench.env);
    workers.push(worker);
    return worker;
  };
  try {
    await work({ ...bench, startWorker: start });
  } finally {
    await Promise.all(workers.map((worker) => worker.end('SIGKILL')));
    await bench.close();
  }
};

afterAll(killWorkers); // one that did not start

async function isDelivered({ database }: Bench): Promise<boolean> {
  const { rows } = await database.query<{ status: string }>({ text: 'select status from deliveries' });
  return rows.length > 0 && rows.every(({ status }) => status === 'delivered');
}

it.concurrent(
  'delivers later what a worker was delivering when it was killed, within twenty seconds',
  onBench(async (bench) => {
    const doomed = await bench.startWorker();
    const children = doomed.children();
    bench.receiver.answer = () => undefined; // the attempt is under way and stays so
    const id = await raiseAlert(bench.log);
    await eventually(() => bench.receiver.received.length === 1);
    await doomed.end('SIGKILL');
    await eventually(() => !children.some(isAlive), { what: 'the end of the job processes' });
    bench.receiver.answer = (response) => void response.writeHead(200).end();

    await bench.startWorker();
    await eventually(() => isDelivered(bench), { withinMs: 20_000, what: 'the delivery by another worker' });
    expect(bench.receiver.received.map(({ body }) => body.data.alert.id)).toEqual([id, id]);
    expect(new Set(bench.receiver.received.map((webhook) => webhook.id)).size).toBe(1);
  }),
);

it.concurrent(
  'stops within ten seconds, what a container gets, while Redis hangs',
  onBench(async (bench) => {
    const worker = await bench.startWorker();
    const children = worker.children();
    bench.redis.pause();
    expect(await worker.end('SIGTERM')).toBeLessThan(10_000);
    expect(children.filter(isAlive)).toEqual([]);
  }),
);

it.concurrent(
  'goes on in another worker when the one that follows the log is killed',
  onBench(async (bench) => {
    const first = await bench.startWorker();
    await bench.startWorker();
    await raiseAlert(bench.log);
    await eventually(() => isDelivered(bench));
    await first.end('SIGKILL');
    await raiseAlert(bench.log);
    await eventually(async () => bench.receiver.received.length === 2 && (await isDelivered(bench)), {
      withinMs: 8000,
    });
    expect(new Set(bench.receiver.received.map((webhook) => webhook.id)).size).toBe(2);
  }),
);

it.concurrent(
  'lets a delivery under way end before it stops, and leaves no process',
  onBench(async (bench) => {
    const worker = await bench.startWorker();
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
    expect(await isDelivered(bench)).toBe(true);
    expect(children.filter(isAlive)).toEqual([]);
    expect(worker.output()).not.toMatch(/Connection is closed|unhandled/i);
  }),
);

it.concurrent(
  'starts while Redis is away, and works when it comes',
  onBench(async (bench) => {
    await bench.redis.kill9();
    const worker = await bench.startWorker();
    await raiseAlert(bench.log);
    await bench.redis.restart();
    await eventually(() => isDelivered(bench), { withinMs: 10_000 });
    expect(worker.output()).not.toContain(bench.env['REDIS_APP_PASSWORD']);
    const lines = worker.output().trim().split('\n');
    expect(lines.filter((line) => !line.startsWith('{"level"'))).toEqual([]); // nothing past the logger
    expect(lines.filter((line) => line.includes('worker of notifications: Redis cannot be reached'))).toHaveLength(1);
  }),
);

it.concurrent(
  'stops within ten seconds, what a container gets, while Redis is away',
  onBench(async (bench) => {
    const worker = await bench.startWorker();
    const children = worker.children();
    await bench.redis.kill9();
    expect(await worker.end('SIGTERM')).toBeLessThan(10_000);
    expect(children.filter(isAlive)).toEqual([]);
  }),
);
