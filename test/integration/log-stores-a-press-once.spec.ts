import { v7 as uuidv7 } from 'uuid';
import { BEGIN_AND_LOCK } from '../../src/alerts/alert-log.sql.js';
import { withOwnKey } from '../../src/alerts/pending-press.js';
import { AdvisoryLock } from '../../src/database/advisory-lock.js';
import { eventually } from '../support/eventually.js';
import { newPress, useLogs } from '../support/use-logs.js';

const used = useLogs();

it('does not raise an alert anew that came by way of Redis while its commit was held up', async () => {
  const { logs, reader } = used();
  const [slow, other] = logs;
  for (const knowsTheHead of [false, true]) {
    const late = newPress();
    if (knowsTheHead) await slow.append(newPress());
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
  const { logs, nodes, reader } = used();
  const log = logs[0];
  const holder = await nodes[1].writers.connect();
  await holder.query(BEGIN_AND_LOCK);
  const [first, second, third] = [newPress(), newPress(), newPress()];
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
  const { rows } = await used().nodes[1].pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return rows[0]!.count;
}

it('gives the work of a process that is frozen to another one', async () => {
  const [frozen, other] = used().nodes;
  const id = 4_711;
  const held = await AdvisoryLock.tryTake(frozen, id, 300);
  expect(await AdvisoryLock.tryTake(other, id, 300)).toBeUndefined();
  const taken = await eventually(async () => AdvisoryLock.tryTake(other, id));
  expect(held!.lost.aborted).toBe(true);
  await Promise.all([held!.release(), taken.release()]);
});
