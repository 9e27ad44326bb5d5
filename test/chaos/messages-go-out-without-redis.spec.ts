import { byText, DrillBench } from '../support/drill-bench.js';
import { eventually } from '../support/eventually.js';
import { killWorkers } from '../support/worker-process.js';

jest.setTimeout(40_000);

const ONCE = { times: 1, references: 1 };

let bench: DrillBench;
beforeAll(async () => {
  bench = await DrillBench.open();
});
afterAll(async () => {
  await killWorkers();
  await bench.close();
});

const rowsOf = (alertId: string) => bench.planted.sql('select id from deliveries where alert_id = $1', [alertId]);

it('tells and escalates by itself while there is no Redis at all, and falls silent when somebody answers', async () => {
  await bench.start();
  await bench.jobs.redis.kill9();
  const town = await bench.town(byText(1));
  const alertId = await bench.raise(town);
  await bench.untilTold(alertId, 3, 0);
  expect(bench.asked([town.rex, town.ann, town.dora])).toEqual([ONCE, ONCE, ONCE]);
  await bench.answer(alertId);
  // The reader has ended it, and what would have been due has been looked for since.
  const ended = () =>
    bench.planted.sql(`select from escalations where alert_id = $1 and ended = 'acknowledged'`, [alertId]);
  await eventually(async () => (await ended()).length === 1);
  const calm = await bench.raise(await bench.town(byText(600)));
  await bench.untilTold(calm, 2, 0);
  expect(await rowsOf(alertId)).toHaveLength(3);
  expect(bench.asked([town.rex, town.ann, town.dora])).toEqual([ONCE, ONCE, ONCE]);
});
