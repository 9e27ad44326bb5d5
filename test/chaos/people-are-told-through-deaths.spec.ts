import { byText, DrillBench } from '../support/drill-bench.js';
import { eventually } from '../support/eventually.js';
import { killWorkers } from '../support/worker-process.js';

jest.setTimeout(60_000);

const benches: DrillBench[] = [];
const ONCE = { times: 1, references: 1 };
/** The one case in which somebody may be asked twice: with the same reference. */
const TWICE_AS_ONE = { times: 2, references: 1 };
const CURSOR = `select seq from log_cursors where name = 'escalations' for update`;

/** Within ten seconds of the death; where the machine is slow to start a worker, as soon as there is one. */
const inTime = (killed: number) => Math.max(10_000, Date.now() - killed + 3000);

async function open(): Promise<DrillBench> {
  const bench = await DrillBench.open();
  benches.push(bench);
  return bench;
}
afterAll(async () => {
  await killWorkers();
  await Promise.all(benches.map((bench) => bench.close()));
});

it.concurrent('tells again, by the same reference, whom it was telling when the worker was killed', async () => {
  const bench = await open();
  const { sms } = bench;
  const town = await bench.town(byText(600));
  const [rex, ann] = [town.rex, town.ann];
  let takeAnns!: () => void;
  const anns = new Promise<void>((resolve) => (takeAnns = resolve));
  const never = new Promise<void>(() => undefined);
  sms.beforeAnswer = ({ to }) => (to === ann.phone ? anns : never);
  const doomed = await bench.start();
  const alertId = await bench.raise(town);
  await eventually(() => sms.asked.length === 2, { what: 'two messages under way' });
  await bench.lock('select id from deliveries where user_id = $1 for update', [ann.id]);
  takeAnns();
  await bench.untilWaiting('update deliveries'); // Ann's was taken, and nobody knows; Rex's is not answered
  await bench.kill(doomed);
  const killed = Date.now();
  expect(sms.taken.map(({ to }) => to)).toEqual([ann.phone]);

  sms.beforeAnswer = () => undefined;
  await bench.start();
  const limit = inTime(killed);
  expect(await bench.untilTold(alertId, 2, killed)).toBeLessThan(limit);
  expect(bench.asked([rex, ann])).toEqual([TWICE_AS_ONE, TWICE_AS_ONE]);
});

it.concurrent('tells each person once, wherever between log, ledger and queue a worker is killed', async () => {
  const bench = await open();
  const town = await bench.town(byText(600));
  const onDuty = [town.rex, town.ann];
  const first = await bench.start();
  await eventually(
    async () =>
      (await bench.planted.sql(`select from pg_locks where locktype = 'advisory' and granted and objid = 7233891`))
        .length > 0,
    { what: 'a worker that follows the log' },
  );
  const second = await bench.start();

  // Before what follows from the alert is in Postgres: another worker goes on.
  await bench.lock('lock table escalations in share mode');
  const one = await bench.raise(town);
  await bench.untilWaiting('insert into escalations'); // the last of what the reader writes
  await bench.kill(first);
  expect(await bench.untilTold(one, 2, Date.now())).toBeLessThan(10_000);
  expect(bench.asked(onDuty)).toEqual([ONCE, ONCE]);

  // After it is there, and before anybody has taken the job: the same worker, started again.
  const messages = bench.jobs.queue('messages');
  await messages.pause();
  const two = await bench.raise(town);
  await eventually(
    async () => (await bench.planted.sql('select from deliveries where alert_id = $1', [two])).length === 2,
  );
  await bench.kill(second);
  await messages.resume();
  const killed = Date.now();
  const third = await bench.start();
  const limit = inTime(killed);
  expect(await bench.untilTold(two, 2, killed)).toBeLessThan(limit);
  expect(bench.asked(onDuty)).toEqual([
    { times: 2, references: 2 },
    { times: 2, references: 2 },
  ]);

  // Between the log's `alert.escalated` and the row that it moves on.
  // Long enough for the lock to be there before the next step, also on a busy machine.
  const hasty = await bench.town(byText(3));
  const three = await bench.raise(hasty);
  await bench.untilTold(three, 2, 0);
  await bench.lock(CURSOR);
  await bench.untilWaiting('update log_cursors');
  await bench.kill(third);
  const died = Date.now();
  await bench.start();
  const lastLimit = inTime(died);
  expect(await bench.untilTold(three, 3, died)).toBeLessThan(lastLimit);
  expect(bench.asked([hasty.rex, hasty.ann, hasty.dora])).toEqual([ONCE, ONCE, ONCE]);
  const escalated = await bench.planted.sql(
    `select seq from alert_events where alert_id = $1 and type = 'alert.escalated'`,
    [three],
  );
  expect(escalated).toHaveLength(1);
});
