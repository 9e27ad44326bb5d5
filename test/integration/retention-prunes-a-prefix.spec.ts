import { AlertLog } from '../../src/alerts/alert-log.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import type { AlertCommand } from '../../src/alerts/decide.js';
import { Database } from '../../src/database/database.js';
import { Deliveries } from '../../src/notifications/deliveries.js';
import { PruneLog } from '../../src/retention/prune-log.js';
import { raiseAlert } from '../support/raise-alert.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const DAY_MS = 86_400_000;
const NEVER = new AbortController().signal;

let testDatabase: TestDatabase;
let database: Database;
let log: AlertLog;
let clock: TestClock;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = new Database(testDatabase.url);
  log = new AlertLog(database);
  clock = new TestClock();
  await setCursors('1000000'); // all readers are far ahead, where a test says nothing else
});
afterEach(async () => {
  await database.close();
  await testDatabase.drop();
});

async function setCursors(seq: string): Promise<void> {
  await database.query({ text: `update log_cursors set seq = ${seq}` });
}

async function resolveAlert(alertId: string): Promise<void> {
  const command: AlertCommand = {
    type: 'resolve',
    alertId,
    at: clock.now().toISOString(),
    actor: { kind: 'operator' },
  };
  await log.append(command);
}

/** Two entries: raised and resolved now. */
async function closedAlert(): Promise<string> {
  const id = await raiseAlert(log, clock.now());
  await resolveAlert(id);
  return id;
}

async function prune(signal = NEVER) {
  return new PruneLog({ database, clock, retentionDays: 365, batch: 3 }).run({}, signal);
}

async function numbers(text: string): Promise<number[]> {
  const { rows } = await database.query<{ n: string }>({ text });
  return rows.map(({ n }) => Number(n));
}
const seqs = () => numbers('select seq as n from alert_events order by seq');
const count = async (table: string) => (await numbers(`select count(*) as n from ${table}`))[0];

it('deletes closed alerts with their events when their time is over, and not a day sooner', async () => {
  for (let alert = 0; alert < 4; alert++) await closedAlert();
  clock.advance(365 * DAY_MS);
  expect(await prune()).toEqual({ floor: 0, events: 0, alerts: 0, deliveries: 0 });
  clock.advance(1);
  const kept = await closedAlert();
  expect(await prune()).toEqual({ floor: 8, events: 8, alerts: 4, deliveries: 0 });
  expect(await seqs()).toEqual([9, 10]);
  expect(await new AlertReader(database).byId(kept)).toBeDefined();
  expect(await count('alerts')).toBe(1);
  expect(await new AlertReader(database).range()).toEqual({ head: 10, floor: 8 });
});

it('deletes with an alert what else is kept of it, and nothing of others', async () => {
  const [gone, kept] = [await closedAlert(), await raiseAlert(log, clock.now())];
  for (const id of [gone, kept]) {
    await database.query({
      text: `with place as (insert into alert_places (place_id, alert_id) values (gen_random_uuid(), $1)),
                  pin as (insert into alert_pins (alert_id, cancel_digest) values ($1, 'x'))
             insert into reach (alert_id, user_id, stage, channel, at) values ($1, gen_random_uuid(), 'seen', 'socket', now())`,
      values: [id],
    });
  }
  clock.advance(366 * DAY_MS);
  await prune();
  for (const table of ['alert_places', 'alert_pins', 'reach']) {
    const { rows } = await database.query({ text: `select alert_id from ${table}` });
    expect(rows).toEqual([{ alert_id: kept }]);
  }
});

it('leaves the head of an emptied log where it was, so that the next entry goes on from it', async () => {
  await closedAlert();
  clock.advance(366 * DAY_MS);
  expect(await prune()).toMatchObject({ floor: 2, events: 2, alerts: 1 });
  await raiseAlert(log, clock.now());
  expect(await seqs()).toEqual([3]);
});

it('keeps everything from the first event of an open alert on, however old', async () => {
  await closedAlert();
  const open = await raiseAlert(log, clock.now());
  await closedAlert();
  clock.advance(1000 * DAY_MS);
  await prune();
  expect(await seqs()).toEqual([3, 4, 5]);
  await resolveAlert(open);
  await prune();
  expect(await seqs()).toEqual([3, 4, 5, 6]); // it was only just closed
});

it('deletes the request keys of deleted alerts and no others', async () => {
  const raiseWithKey = async (digit: string) => {
    const key = { digest: digit.repeat(64), fingerprint: digit.repeat(64) };
    const press = { test: false, verified: true };
    const newId = `0190a8f0-0000-7000-8000-${digit.repeat(12)}`;
    await log.append({ type: 'raise', newId, at: clock.now().toISOString(), actor: { kind: 'reporter' }, press, key });
    await resolveAlert(newId);
  };
  await raiseWithKey('1');
  clock.advance(366 * DAY_MS);
  await raiseWithKey('2');
  await prune();
  const { rows } = await database.query<{ key: Buffer }>({ text: 'select key from idempotency' });
  expect(rows.map(({ key }) => key.toString('hex'))).toEqual(['2'.repeat(64)]);
});

it('deletes the escalations and drills of deleted alerts and no others', async () => {
  const organisation = '0190a8f0-0000-7000-8000-0000000000aa';
  await database.query({
    text: `insert into organisations (id, name, created_at) values ($1, 'Town', now())`,
    values: [organisation],
  });
  const drilled = async () => {
    const id = await raiseAlert(log, clock.now());
    const values = [id, organisation];
    await database.query({
      text: `insert into escalations (alert_id, organisation_id, level, seq, level_at) values ($1, $2, 0, 1, now())`,
      values,
    });
    await database.query({
      text: 'insert into drills (alert_id, organisation_id, started_at) values ($1, $2, now())',
      values,
    });
    await resolveAlert(id);
    return id;
  };
  await drilled();
  clock.advance(366 * DAY_MS);
  const kept = await drilled();
  await prune();
  for (const table of ['escalations', 'drills']) {
    const { rows } = await database.query({ text: `select alert_id from ${table}` });
    expect(rows).toEqual([{ alert_id: kept }]);
  }
});

it('keeps what a durable reader has still to read', async () => {
  await closedAlert();
  await setCursors('(select seq from log_head)');
  await closedAlert();
  clock.advance(366 * DAY_MS);
  await prune();
  expect(await seqs()).toEqual([3, 4]);
});

it('keeps what has still to be delivered', async () => {
  for (let alert = 0; alert < 3; alert++) await closedAlert();
  const range = { after: 3, through: 4 };
  await database.transaction((client) =>
    new Deliveries(database).insert(client, range, ['https://x.org/'], clock.now()),
  );
  clock.advance(366 * DAY_MS);
  await prune();
  expect(await seqs()).toEqual([4, 5, 6]);
});

it('deletes finished deliveries after thirty days, and never a pending one', async () => {
  for (let alert = 0; alert < 3; alert++) await closedAlert();
  const deliveries = new Deliveries(database);
  await database.transaction((client) =>
    deliveries.insert(client, { after: 0, through: 6 }, ['https://x.org/'], clock.now()),
  );
  const { rows } = await database.query<{ id: string }>({ text: 'select id from deliveries order by id' });
  for (const [index, { id }] of rows.slice(0, 5).entries()) {
    const [claimed] = await deliveries.claim([id], clock.now(), 0);
    if (index < 4) await deliveries.markDelivered([id], clock.now());
    else await deliveries.markFailed(claimed!, 'HTTP 410', clock.now());
  }
  clock.advance(30 * DAY_MS);
  expect((await prune()).deliveries).toBe(0);
  clock.advance(1);
  expect((await prune()).deliveries).toBe(5);
  expect(await count('deliveries')).toBe(1);
});

it('stops between two batches when it is aborted, with a floor that is true', async () => {
  for (let alert = 0; alert < 4; alert++) await closedAlert();
  clock.advance(366 * DAY_MS);
  const stop = new AbortController();
  const transaction = database.transaction.bind(database);
  jest.spyOn(database, 'transaction').mockImplementationOnce(async (work) => {
    stop.abort(new Error('over the soft limit'));
    return transaction(work);
  });
  await expect(prune(stop.signal)).rejects.toThrow('over the soft limit');
  const { floor } = await new AlertReader(database).range();
  expect(floor).toBe(3);
  expect((await seqs())[0]).toBe(4);
  expect((await prune()).floor).toBe(8);
});
