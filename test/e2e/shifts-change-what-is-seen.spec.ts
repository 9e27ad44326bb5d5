import { Database } from '../../src/database/database.js';
import { ApplyShifts } from '../../src/schedules/apply-shifts.js';
import { onDuty } from '../../src/schedules/on-duty.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { closeClients } from '../support/live-client.js';
import { raiseAt } from '../support/placed-alerts.js';
import { PlantedPeople, type PlantedPerson } from '../support/planted-people.js';
import { startRealtimeNode, type RealtimeNode } from '../support/realtime-node.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const HOUR = 3_600_000;
/** A Friday; the shift of these tests is from 18:00 to 06:00 in Johannesburg. */
const FRIDAY_NOON = '2026-11-20T10:00:00.000Z';

let redis: TestRedis;
let testDatabase: TestDatabase;
let database: Database;
let people: PlantedPeople;
let node: RealtimeNode;

beforeAll(async () => {
  [redis, testDatabase] = await Promise.all([startTestRedis(), createTestDatabase()]);
  database = new Database(testDatabase.url);
  people = new PlantedPeople(testDatabase.url);
  node = await startRealtimeNode({ env: { ...redis.env, DATABASE_URL: testDatabase.url } });
});
afterEach(async () => {
  closeClients();
  await people.sql('delete from organisations');
});
afterAll(async () => {
  await Promise.all([node.close(), people.close(), database.close()]);
  await Promise.all([redis.stop(), testDatabase.drop()]);
});

/** An organisation with two areas, and somebody whose shift is every Friday night in the first. */
async function watch() {
  const town = await people.organisation();
  await people.sql("update organisations set time_zone = 'Africa/Johannesburg' where id = $1", [town]);
  const [hill, river] = [await people.area(town), await people.area(town)];
  const thandi = await people.person('Thandi', { [town]: 'responder' });
  await shift(town, thandi, hill);
  const clock = new TestClock(FRIDAY_NOON);
  const job = new ApplyShifts({ database, clock });
  const onHill = () => onDuty(database.pool, { organisationId: town, areas: [hill], at: clock.now() });
  return { town, hill, river, thandi, clock, run: () => job.run({}, new AbortController().signal), onHill };
}

async function shift(town: string, { id }: PlantedPerson, area: string | null): Promise<void> {
  await people.sql(
    `insert into shifts (id, organisation_id, user_id, area_id, weekday, start_minute, end_minute, created_at)
     values (gen_random_uuid(), $1, $2, $3, 5, 18 * 60, 6 * 60, now())`,
    [town, id, area],
  );
}

const dutiesOf = async ({ id }: PlantedPerson) =>
  (await people.sql('select area_id, until from duties where user_id = $1 order by area_id', [id])).map((row) => ({
    area: row['area_id'],
    until: (row['until'] as Date | null)?.toISOString() ?? null,
  }));
const changesOf = async ({ id }: PlantedPerson) =>
  (await people.sql('select from directory_changes where user_id = $1', [id])).length;

describe('a shift', () => {
  it('gives its person full sight within a second of the job, and takes it at its end', async () => {
    const { town, hill, thandi, clock, run } = await watch();
    const off = await people.person('Otto', { [town]: 'responder' });
    const alert = await raiseAt(node, { message: 'secret', places: { areas: [hill], organisations: [town] } });
    const follower = new Follower(thandi);
    const others = new Follower(off);
    const seen = () => (follower.held.get(alert.id) as { message?: string | null } | undefined)?.message;
    const unconcerned = await others.connect(node);
    let client = await follower.connect(node);
    expect(seen()).toBeNull();
    for (const [hours, message] of [
      [6, 'secret'],
      [12, null],
    ] as const) {
      clock.advance(hours * HOUR);
      const before = performance.now();
      await run();
      await eventually(() => client.disconnects.length > 0, { everyMs: 5 });
      expect(performance.now() - before).toBeLessThan(1500);
      client = await follower.connect(node);
      await eventually(() => seen() === message);
    }
    expect(unconcerned.disconnects).toEqual([]);
  });

  it('becomes a duty and ends, once, also when nobody looked for hours, and by two at once', async () => {
    const { hill, river, thandi, town, clock, run, onHill } = await watch();
    await run();
    expect([await dutiesOf(thandi), await onHill()]).toEqual([[], []]);
    await shift(town, thandi, null);
    clock.advance(9 * HOUR);
    // To the moment, also before the job has seen it.
    expect(await onHill()).toEqual([thandi.id]);
    const results = await Promise.all([run(), run(), run()]);
    expect(results.map(({ begun }) => begun).sort((a, b) => a - b)).toEqual([0, 0, 2]);
    const until = '2026-11-21T04:00:00.000Z';
    expect(await dutiesOf(thandi)).toEqual([hill, river].sort().map((area) => ({ area, until })));
    expect(await changesOf(thandi)).toBe(1);
    await run();
    expect(await changesOf(thandi)).toBe(1);
    clock.advance(20 * HOUR);
    expect(await onHill()).toEqual([]);
    expect((await Promise.all([run(), run()])).reduce((sum, { ended }) => sum + ended, 0)).toBe(2);
    expect([await dutiesOf(thandi), await changesOf(thandi)]).toEqual([[], 2]);
  });

  it('that goes on longer is told to nobody, and leaves alone what was begun by hand', async () => {
    const { town, hill, river, thandi, clock, run, onHill } = await watch();
    const [begunByHand, stranger] = [
      await people.person('Hannah', { [town]: 'dispatcher' }, [hill]),
      await people.person('Mia', { [town]: 'member' }, [hill]),
    ];
    clock.advance(7 * HOUR);
    await people.sql("update duties set since = '2026-11-01' where area_id = $1", [hill]);
    await shift(town, begunByHand, hill);
    await run();
    await people.sql(
      `insert into shift_overrides (id, organisation_id, user_id, area_id, on_duty, from_at, until_at, created_at)
       values (gen_random_uuid(), $1, $2, $3, true, '2026-11-21T03:00Z', '2026-11-21T08:00Z', now()),
              (gen_random_uuid(), $1, $4, null, false, '2026-11-20T03:00Z', '2026-11-21T08:00Z', now())`,
      [town, thandi.id, hill, begunByHand.id],
    );
    await run();
    expect(await dutiesOf(thandi)).toEqual([{ area: hill, until: '2026-11-21T08:00:00.000Z' }]);
    expect(await dutiesOf(begunByHand)).toEqual([{ area: hill, until: null }]);
    expect([await changesOf(thandi), await changesOf(begunByHand)]).toEqual([1, 0]);
    expect(await onHill()).toEqual([thandi.id, begunByHand.id].sort());
    // Who only raises alerts is never on duty, and whoever is disabled no longer.
    expect(await onHill()).not.toContain(stranger.id);
    await people.sql('update users set disabled_at = now() where id = $1', [thandi.id]);
    expect(await onHill()).toEqual([begunByHand.id]);
    const elsewhere = { organisationId: town, areas: [river], at: clock.now() };
    expect(await onDuty(database.pool, elsewhere)).toEqual([]);
    expect(await onDuty(database.pool, { ...elsewhere, areas: [] })).toEqual([begunByHand.id]);
    await run();
    expect(await dutiesOf(thandi)).toEqual([]);
  });

  it('that fails in one organisation goes on in the others', async () => {
    const [broken, whole] = [await watch(), await watch()];
    await people.sql("update organisations set time_zone = 'Mars/Base' where id = $1", [broken.town]);
    whole.clock.advance(7 * HOUR);
    await expect(whole.run()).rejects.toThrow('1 of');
    expect(await dutiesOf(whole.thandi)).toHaveLength(1);
  });
});
