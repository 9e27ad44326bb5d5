import { AlertLog } from '../../src/alerts/alert-log.js';
import { keys } from '../../src/redis/redis.keys.js';
import { eventually } from '../support/eventually.js';
import { openJobBench, type JobBench } from '../support/job-bench.js';
import { raiseAlert } from '../support/raise-alert.js';
import { killWorkers, startWorker, type WorkerProcess } from '../support/worker-process.js';

jest.setTimeout(40_000);

let bench: JobBench;
let worker: WorkerProcess;
let before: string;

beforeAll(async () => {
  bench = await openJobBench();
  before = await raiseAlert(bench.log);
  worker = await startWorker(bench.env);
  bench.publish();
});
beforeEach(() => {
  bench.receiver.received.length = 0;
  bench.receiver.answer = (response) => void response.writeHead(204).end();
});
afterAll(async () => {
  await worker.end('SIGTERM');
  await killWorkers();
  await bench.close();
});

const receivedIds = () => bench.receiver.received.map(({ body }) => body.data.alert.id);

async function statuses(): Promise<string[]> {
  const { rows } = await bench.database.query<{ status: string }>({
    text: 'select status from deliveries order by id',
  });
  return rows.map(({ status }) => status);
}

async function makeDue(): Promise<void> {
  await bench.database.query({ text: `update deliveries set next_attempt_at = now() where status = 'pending'` });
}

/** The seqs in the stream of severity high, in the order of the stream. */
async function streamed(): Promise<number[]> {
  const db4 = bench.redis.admin();
  await db4.select(4);
  const entries = await db4.xrange(keys.alertStream('high'), '-', '+');
  db4.disconnect();
  return entries.map(([, fields]) => Number(fields[fields.indexOf('seq') + 1]));
}

it('delivers every event once, and what was raised before the first worker too', async () => {
  const ids: string[] = [];
  for (let alert = 0; alert < 20; alert++) ids.push(await raiseAlert(bench.log));
  const receivedNew = () => receivedIds().filter((id) => id !== before);
  await eventually(() => receivedNew().length >= 20);
  await eventually(async () => (await statuses()).every((status) => status === 'delivered'));
  // The one from before may have come while nobody listened here yet: the ledger tells.
  expect(receivedNew().sort()).toEqual(ids.sort());
  expect(await statuses()).toHaveLength(21);
  expect(bench.receiver.refused).toEqual([]);
});

it('tries again when a receiver was down, though BullMQ holds no retry', async () => {
  bench.receiver.answer = (response) => void response.writeHead(503).end();
  await raiseAlert(bench.log);
  await eventually(() => bench.receiver.received.length === 1);
  await eventually(async () => (await statuses()).includes('pending'));
  bench.receiver.answer = (response) => void response.writeHead(200).end();
  await eventually(async () => {
    const { rows } = await bench.database.query<{ attempts: number; last_error: string }>({
      text: `select attempts, last_error from deliveries where status = 'pending'`,
    });
    return rows[0]?.last_error === 'HTTP 503';
  });
  await makeDue();
  await eventually(() => bench.receiver.received.length === 2);
  await eventually(async () => (await statuses()).every((status) => status === 'delivered'));
  expect(new Set(bench.receiver.received.map(({ id }) => id)).size).toBe(1);
});

it('loses nothing to a FLUSHALL between the event and its delivery', async () => {
  const queue = bench.queue('notifications');
  await queue.pause();
  const ids = [await raiseAlert(bench.log), await raiseAlert(bench.log)];
  await eventually(async () => (await queue.getWaitingCount()) + (await queue.getPrioritizedCount()) === 2);
  expect(bench.receiver.received).toEqual([]);
  await bench.admin.flushall();
  await eventually(() => bench.receiver.received.length >= 2, { what: 'the delivery of what was wiped' });
  expect(receivedIds().sort()).toEqual(ids.sort());
});

it('adds to the streams what they lack, once, and nothing from before the first worker', async () => {
  const known = await streamed();
  const ofSomebodyWhoDiedAfterTheCommit = new AlertLog(bench.database);
  await raiseAlert(ofSomebodyWhoDiedAfterTheCommit);
  await raiseAlert(bench.log);
  const { rows } = await bench.database.query<{ seq: string }>({ text: 'select seq from log_head' });
  const head = Number(rows[0]!.seq);
  await eventually(async () => (await streamed()).includes(head - 1));
  expect(new Set((await streamed()).filter((seq) => !known.includes(seq)))).toEqual(new Set([head - 1, head]));
  expect(await streamed()).toHaveLength(known.length + 2);
  expect(await streamed()).not.toContain(1);
});

it('prunes on a schedule in the configured zone, which a wiped Redis gets back', async () => {
  const queue = bench.queue('maintenance');
  await bench.admin.flushall();
  await worker.end('SIGTERM');
  worker = await startWorker(bench.env);
  const schedule = await eventually(() => queue.getJobScheduler('prune-daily'));
  expect(schedule).toMatchObject({ pattern: '15 3 * * *', tz: 'Africa/Johannesburg' });
  const local = new Intl.DateTimeFormat('en-GB', { timeZone: 'Africa/Johannesburg', timeStyle: 'short' });
  expect(local.format(schedule.next)).toBe('03:15');
  expect((await queue.getDelayed()).filter(({ name }) => name === 'prune')).toHaveLength(1);

  const job = await queue.add('prune', {});
  await eventually(async () => (await queue.getCompletedCount()) > 0);
  expect((await queue.getJob(job.id!))?.returnvalue).toEqual({ floor: 0, events: 0, alerts: 0, deliveries: 0 });
});

it('makes duties of shifts each minute, in a child of the worker', async () => {
  const queue = bench.queue('maintenance');
  expect(await queue.getJobScheduler('apply-shifts-minutely')).toMatchObject({ pattern: '1 * * * * *' });
  const job = await queue.add('apply-shifts', {});
  const isDone = async () => ((await queue.getJob(job.id!))?.returnvalue as object | null) ?? undefined;
  expect(await eventually(isDone)).toEqual({ organisations: 0, begun: 0, ended: 0 });
});

it('needs no right that app_user has not, and names its connections', async () => {
  expect(await bench.admin.acl('LOG')).toEqual([]);
  const clients = String(await bench.admin.client('LIST'));
  for (const name of ['notifications:producer', 'notifications:worker', 'maintenance:producer', 'maintenance:worker']) {
    expect(clients).toMatch(new RegExp(`name=naboom:queue:${name} .* db=2 .* user=app_user`));
  }
  expect(worker.output()).not.toContain(bench.env['REDIS_APP_PASSWORD']);
});

it('delivers later what could not be queued while Redis was away, and fills the gap of the streams', async () => {
  await bench.redis.kill9();
  const id = await raiseAlert(bench.log);
  const { rows } = await bench.database.query<{ seq: string }>({ text: 'select seq from log_head' });
  await eventually(async () => (await statuses()).includes('pending'), { what: 'the row without Redis' });
  await bench.redis.restart();
  await eventually(() => receivedIds().includes(id), { withinMs: 8000, what: 'the delivery' });
  await eventually(async () => (await streamed()).includes(Number(rows[0]!.seq)), { what: 'the entry in the stream' });
  expect(receivedIds()).toEqual([id]);
});
