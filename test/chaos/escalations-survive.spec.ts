import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../support/eventually.js';
import { openJobBench, type JobBench } from '../support/job-bench.js';
import { PlantedPeople } from '../support/planted-people.js';
import { killWorkers, startWorker, type WorkerProcess } from '../support/worker-process.js';

jest.setTimeout(40_000);

/** Between the steps of these tests, ms. */
const STEP_MS = 1000;

let bench: JobBench;
let planted: PlantedPeople;
let organisation: string;
let workers: WorkerProcess[] = [];

beforeAll(async () => {
  bench = await openJobBench();
  planted = new PlantedPeople(bench.env['DATABASE_URL']!);
  bench.publish();
  organisation = await planted.organisation();
  const step = (role: string) => ({ targets: [{ kind: 'role', role }], delaySeconds: STEP_MS / 1000 });
  const policy = { steps: [step('responder'), step('dispatcher')], repeat: 0, unreachedSeconds: 15 };
  await planted.sql('insert into escalation_policies values ($1, $2, to_timestamp(1))', [
    organisation,
    JSON.stringify(policy),
  ]);
  for (const role of ['responder', 'dispatcher'] as const) {
    const { id } = await planted.person(role, { [organisation]: role });
    await planted.sql(
      `insert into contacts (id, user_id, channel, address, position, verified_at, created_at)
       values ($1, $2, 'webhook', 'https://nobody.invalid/', 0, now(), now())`,
      [uuidv7(), id],
    );
  }
  workers = [await startWorker(bench.env)];
  await storyOf(await raise()); // by the first jobs, which start the processes that they run in
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.end('SIGTERM')));
  await killWorkers();
  await planted.close();
  await bench.close();
});

async function raise(): Promise<string> {
  const newId = uuidv7();
  const press = { severity: 'high' as const, test: false, verified: true };
  const places = { areas: [], organisations: [organisation] };
  const at = new Date().toISOString();
  await bench.log.append({ type: 'raise', newId, at, actor: { kind: 'reporter' }, press: { ...press, places } });
  return newId;
}

interface Escalation {
  readonly reason: string;
  /** After the event before it, ms. */
  readonly after: number;
  /** Until the next people were noted to be told, ms; null where nobody was. */
  readonly told: number | null;
}

/** What an alert came to, once it is at the end. */
async function storyOf(alertId: string): Promise<Escalation[]> {
  return eventually(
    async () => {
      const rows = (await planted.sql(
        `select details->>'reason' as reason, at, extract(epoch from d.created_at - at)::float * 1000 as told
           from alert_events e left join lateral
                (select min(created_at) as created_at from deliveries where seq = e.seq and kind = 'alert') d on true
          where alert_id = $1 and type in ('alert.raised', 'alert.escalated') order by seq`,
        [alertId],
      )) as unknown as { reason: string; at: Date; told: number | null }[];
      const isAtTheEnd = rows.at(-1)?.reason === 'exhausted';
      return (
        isAtTheEnd &&
        rows.slice(1).map(({ reason, at, told }, index) => ({ reason, told, after: +at - +rows[index]!.at }))
      );
    },
    { what: 'the end of the escalation' },
  );
}

/** How late a machine that is busy with other tests may be beside what is promised, ms. */
const BUSY_MS = 2000;

/** Level by level, each once; no sooner than its time. @param promised how late at most, ms */
function expectOnce(story: readonly Escalation[], promised: number): void {
  expect(story.map(({ reason }) => reason)).toEqual(['unacknowledged', 'exhausted']);
  for (const { after } of story) {
    expect(after).toBeGreaterThanOrEqual(STEP_MS);
    expect(after).toBeLessThanOrEqual(STEP_MS + promised + BUSY_MS);
  }
}

it('goes on at the moment, and tells the next people at once', async () => {
  const story = await storyOf(await raise());
  expectOnce(story, 100);
  expect(story[0]!.told).toBeLessThan(100 + BUSY_MS);
});

it('is late by two seconds at most when Redis is wiped in between', async () => {
  const alert = await raise();
  await eventually(async () => (await bench.queue('escalation').getDelayedCount()) > 0);
  await bench.admin.flushall();
  const story = await storyOf(alert);
  expect(story).toHaveLength(2);
  expectOnce(story, 2000);
});

it('goes on once when a worker dies at any moment', async () => {
  const alerts = [await raise(), await raise(), await raise()];
  await eventually(async () => {
    const begun = `select from alert_events where type = 'alert.escalated' and alert_id = any($1::uuid[])`;
    return (await planted.sql(begun, [alerts])).length > 0;
  });
  await workers[0]!.end('SIGKILL');
  workers = [await startWorker(bench.env)];
  for (const alert of alerts) {
    const story = await storyOf(alert);
    expect(story.map(({ reason }) => reason)).toEqual(['unacknowledged', 'exhausted']);
  }
  const twice = await planted.sql('select target from deliveries group by seq, target having count(*) > 1');
  expect(twice).toEqual([]);
});

it('goes on without Redis, two seconds late at most', async () => {
  await bench.redis.kill9();
  const story = await storyOf(await raise());
  expect(story).toHaveLength(2);
  expectOnce(story, 2000);
  await bench.redis.restart();
});
