import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { BEGIN_AND_LOCK } from '../../src/alerts/alert-log.sql.js';
import { AlertReader } from '../../src/alerts/alert-reader.js';
import type { RaiseCommand } from '../../src/alerts/decide.js';
import { withOwnKey } from '../../src/alerts/pending-press.js';
import { AdvisoryLock } from '../../src/database/advisory-lock.js';
import { Database } from '../../src/database/database.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const press = (): RaiseCommand => ({
  type: 'raise',
  newId: uuidv7(),
  at: new Date().toISOString(),
  actor: { kind: 'reporter' },
  press: { test: false, verified: true },
});

let testDatabase: TestDatabase;
let nodes: Database[];
let logs: AlertLog[];
let reader: AlertReader;

beforeAll(async () => {
  Logger.overrideLogger(false);
  testDatabase = await createTestDatabase();
  nodes = [new Database(testDatabase.url), new Database(testDatabase.url)];
  logs = nodes.map((node) => new AlertLog(node));
  reader = new AlertReader(nodes[0]!);
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await testDatabase.drop();
});

it('does not raise an alert anew that came by way of Redis while its commit was held up', async () => {
  const [slow, other] = logs as [AlertLog, AlertLog];
  for (const knowsTheHead of [false, true]) {
    const late = press();
    if (knowsTheHead) await slow.append(press());
    const moved = { ...withOwnKey(late), newId: uuidv7(), promised: { id: late.newId, first: true } };
    await other.append(moved);
    await other.append({ type: 'resolve', alertId: late.newId, at: late.at, actor: { kind: 'operator' } });
    expect(await slow.append(late)).toMatchObject({ outcome: 'replayed', alertId: late.newId });
    const types = (await reader.timeline(late.newId, 0, 10)).map(({ type }) => type);
    expect(types).toEqual(['alert.raised', 'alert.resolved']);
    expect(await reader.byId(late.newId)).toMatchObject({ status: 'resolved' });
  }
});

it('stores nothing of what is taken back before its turn', async () => {
  const log = logs[0]!;
  const holder = await nodes[1]!.writers.connect();
  await holder.query(BEGIN_AND_LOCK);
  const [first, second, third] = [press(), press(), press()];
  const underWay = log.append(first);
  await eventually(async () => (await waiting()) > 0);
  const withdrawal = new AbortController();
  const withdrawn = log.append(second, withdrawal.signal);
  const next = log.append(third);
  withdrawal.abort();
  await holder.query('rollback');
  holder.release();
  await expect(withdrawn).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(await underWay).toMatchObject({ outcome: 'raised' });
  expect(await next).toMatchObject({ outcome: 'raised' });
  expect(await reader.byId(second.newId)).toBeUndefined();
});

/** Statements that wait for a lock. */
async function waiting(): Promise<number> {
  const { rows } = await nodes[1]!.pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]!.count;
}

it('gives the work of a process that is frozen to another one', async () => {
  const [frozen, other] = nodes as [Database, Database];
  const id = 4_711;
  const held = await AdvisoryLock.tryTake(frozen, id, 300);
  expect(await AdvisoryLock.tryTake(other, id, 300)).toBeUndefined();
  const taken = await eventually(async () => AdvisoryLock.tryTake(other, id));
  expect(held!.lost.aborted).toBe(true);
  await Promise.all([held!.release(), taken.release()]);
});
