import { byText, DrillBench } from '../support/drill-bench.js';
import { eventually } from '../support/eventually.js';
import { killWorkers } from '../support/worker-process.js';

jest.setTimeout(60_000);

/** What a wiped Redis may cost, ms; and what this machine needs beside it. */
const DELAY_MS = 2000;
const MACHINE_MS = 1000;
const ONCE = { times: 1, references: 1 };

let bench: DrillBench;
beforeAll(async () => {
  bench = await DrillBench.open();
});
afterEach(killWorkers);
afterAll(() => bench.close());

const rowsOf = (alertId: string) => bench.planted.sql('select id from deliveries where alert_id = $1', [alertId]);

it('tells each person once and two seconds late at most, though Redis is wiped at every step', async () => {
  const [worker, calm, hasty] = [await bench.start(), await bench.town(byText(600)), await bench.town(byText(2))];
  const { admin } = bench.jobs;

  // While the jobs that tell people wait in their queue.
  const messages = bench.jobs.queue('messages');
  await messages.pause();
  const one = await bench.raise(calm);
  await eventually(async () => (await rowsOf(one)).length === 2);
  await admin.flushall();
  await messages.close();
  expect(await bench.untilTold(one, 2, Date.now())).toBeLessThan(DELAY_MS + MACHINE_MS);

  // While the next step waits for its time: everything that Redis holds is deleted, key by key.
  const two = await bench.raise(hasty);
  await bench.untilTold(two, 2, 0);
  const [row] = await bench.planted.sql('select next_escalation_at from escalations where alert_id = $1', [two]);
  for (const key of await admin.keys('*')) await admin.del(key);
  const due = (row!['next_escalation_at'] as Date).getTime();
  expect(await bench.untilTold(two, 3, due)).toBeLessThan(DELAY_MS + MACHINE_MS);

  // Before the worker has heard of the alert.
  const three = bench.raise(calm);
  await admin.flushall();
  expect(await bench.untilTold(await three, 2, Date.now())).toBeLessThan(DELAY_MS + MACHINE_MS);

  expect(bench.asked([hasty.rex, hasty.ann, hasty.dora])).toEqual([ONCE, ONCE, ONCE]);
  const twoAlerts = { times: 2, references: 2 };
  expect(bench.asked([calm.rex, calm.ann])).toEqual([twoAlerts, twoAlerts]);
  expect(bench.sms.asked).toHaveLength(7);
  await worker.end('SIGTERM');
});
