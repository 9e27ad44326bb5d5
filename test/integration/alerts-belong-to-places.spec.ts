import { v7 as uuidv7 } from 'uuid';
import type { Places } from '../../src/alerts/alert.js';
import { AlertLists, type AlertFilter } from '../../src/alerts/alert-lists.js';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { WRITE_BATCH_AND_PLACES } from '../../src/alerts/alert-log.sql.js';
import { Database } from '../../src/database/database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const [HILL, RIVER, TOWN, COUNTY, THANDI] = Array.from({ length: 5 }, () => uuidv7()) as [
  string,
  string,
  string,
  string,
  string,
];
const ON_HILL: Places = { areas: [HILL], organisations: [TOWN] };
const AT_RIVER: Places = { areas: [RIVER], organisations: [TOWN, COUNTY] };
const point = (lat: number) => ({ lat, lng: 28 });

let testDatabase: TestDatabase;
let database: Database;
let log: AlertLog;
let lists: AlertLists;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = new Database(testDatabase.url);
  log = new AlertLog(database);
  lists = new AlertLists(database);
});
afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

function raise(places?: Places, reporterId?: string): Promise<string> {
  const newId = uuidv7();
  const press = {
    test: false,
    verified: true,
    location: point(1),
    ...(places ? { places } : {}),
    ...(reporterId ? { reporterId } : {}),
  };
  const raised = log.append({ type: 'raise', newId, at: new Date().toISOString(), actor: { kind: 'reporter' }, press });
  return raised.then(() => newId);
}

async function move(alertId: string, lat: number, places: Places): Promise<void> {
  const at = new Date().toISOString();
  const facts = { location: point(lat), places };
  await log.append({ type: 'update', alertId, at, actor: { kind: 'reporter' }, facts, proven: true });
}

async function close(alertId: string): Promise<void> {
  await log.append({ type: 'resolve', alertId, at: new Date().toISOString(), actor: { kind: 'operator' } });
}

async function placesOf(alertId: string): Promise<string[]> {
  const { rows } = await database.query<{ place_id: string }>({
    text: 'select place_id from alert_places where alert_id = $1 order by place_id',
    values: [alertId],
  });
  return rows.map((row) => row.place_id);
}

const listed = async (filter: Partial<AlertFilter>) => (await lists.page({ limit: 50, ...filter })).map(({ id }) => id);

it('follow the alert: where it is raised, where it moves, and not where it has left', async () => {
  const id = await raise(ON_HILL, THANDI);
  expect(await placesOf(id)).toEqual([HILL, TOWN, THANDI].toSorted());
  await move(id, 2, AT_RIVER);
  expect(await placesOf(id)).toEqual([RIVER, TOWN, COUNTY, THANDI].toSorted());
});

it('end where the last of several moves in one commit ended', async () => {
  const [id, other] = [await raise(ON_HILL), await raise(AT_RIVER)];
  await Promise.all([move(id, 2, AT_RIVER), move(other, 2, ON_HILL), move(id, 3, ON_HILL), move(other, 4, AT_RIVER)]);
  expect(await placesOf(id)).toEqual([HILL, TOWN].toSorted());
  expect(await placesOf(other)).toEqual([RIVER, TOWN, COUNTY].toSorted());
  const fresh = uuidv7();
  const at = new Date().toISOString();
  const press = { test: false, verified: true, location: point(1), places: ON_HILL };
  await Promise.all([
    log.append({ type: 'raise', newId: fresh, at, actor: { kind: 'reporter' }, press }),
    move(fresh, 2, AT_RIVER),
  ]);
  expect(await placesOf(fresh)).toEqual([RIVER, TOWN, COUNTY].toSorted());
});

it('are written by index, also with a plan that was made while the tables were empty', async () => {
  const writer = await database.writers.connect();
  try {
    const types = `bigint, bigint, uuid[], text[], text[], text[], text[], text[], bigint[], bigint[], timestamptz[],
      timestamptz[], boolean[], bigint[], uuid[], text[], timestamptz[], json[], json[], json[], bytea[], bytea[], uuid[],
      boolean[], timestamptz[], uuid[], uuid[], uuid[], uuid[]`;
    await writer.query(`prepare batch (${types}) as ${WRITE_BATCH_AND_PLACES.text}`);
    const nothing = Array.from({ length: 27 }, () => `'{}'`).join(', ');
    const { rows } = await writer.query<{ 'QUERY PLAN': string }>(`explain execute batch (0, 0, ${nothing})`);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan.match(/Seq Scan on \w+/g)).toEqual(['Seq Scan on log_head']);
    expect(plan).toContain('alert_places_pkey');
  } finally {
    writer.release();
  }
});

describe('lists', () => {
  it('are narrowed to the alerts of some places, of all of some, and to what is asked of each', async () => {
    const hill = await raise(ON_HILL);
    const river = await raise(AT_RIVER);
    const nowhere = await raise();
    await close(hill);
    expect(await listed({})).toEqual([nowhere, river, hill]);
    expect(await listed({ anyOf: [TOWN] })).toEqual([river, hill]);
    expect(await listed({ anyOf: [COUNTY, TOWN] })).toEqual([river, hill]);
    expect(await listed({ anyOf: [COUNTY], allOf: [TOWN] })).toEqual([river]);
    expect(await listed({ allOf: [HILL, TOWN] })).toEqual([hill]);
    expect(await listed({ allOf: [HILL, COUNTY] })).toEqual([]);
    expect(await listed({ anyOf: [TOWN], status: 'open' })).toEqual([river]);
    expect(await listed({ anyOf: [] })).toEqual([]);
    expect(await listed({ anyOf: [TOWN], before: river })).toEqual([hill]);
    expect(await listed({ anyOf: [TOWN, COUNTY], limit: 1 })).toEqual([river]);
    expect(await listed({ severity: 'low' })).toEqual([]);
    expect(await listed({ since: new Date(Date.now() + 60_000) })).toEqual([]);
  });

  it('hold the alerts of a reporter whatever they are to others', async () => {
    const own = await raise(ON_HILL, THANDI);
    await raise(ON_HILL);
    expect(await listed({ anyOf: [THANDI] })).toEqual([own]);
    expect(await listed({ anyOf: [THANDI], status: 'cancelled', reporterId: THANDI })).toEqual([own]);
    expect(await listed({ status: 'cancelled', reporterId: THANDI })).toEqual([own]);
    expect(await listed({ anyOf: [THANDI], status: 'cancelled' })).toEqual([]);
  });

  it('of places look at the alerts of these places only', async () => {
    for (let n = 0; n < 3; n += 1) await raise(ON_HILL);
    const filler = `insert into alerts select gen_random_uuid(), 'x', 'open', 'high', 'panic', null, 0, 0, now(), now(), false
                      from generate_series(1, 20000)`;
    await database.query({ text: filler });
    await database.query({ text: 'analyze' });
    const touched = `select seq_scan, idx_scan, seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables
                      where relname = 'alerts'`;
    const rows = await database.transaction(async (client) => {
      const query = jest.spyOn(database, 'query').mockImplementation(((asked: never) => client.query(asked)) as never);
      expect(await listed({ anyOf: [TOWN], status: 'open' })).toHaveLength(3);
      query.mockRestore();
      return (await client.query<{ rows: string }>(touched)).rows[0]?.rows;
    });
    expect(Number(rows)).toBeLessThan(20);
  });
});
