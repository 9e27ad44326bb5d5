import type { LogEntry } from '../../src/alerts/alert.js';
import type { Outcome } from '../../src/alerts/alert-batch.js';
import { AlertLists } from '../../src/alerts/alert-lists.js';
import { AlertLog } from '../../src/alerts/alert-log.js';
import { BEGIN_AND_LOCK, READ_STATE } from '../../src/alerts/alert-log.sql.js';
import { apply } from '../../src/alerts/apply.js';
import { Database } from '../../src/database/database.js';
import { eventually } from '../support/eventually.js';
import { createTestDatabase } from '../support/test-database.js';
import { newPress, useLogs } from '../support/use-logs.js';

const OPERATOR = { kind: 'operator' } as const;
const digest = (letter: string) => letter.repeat(64);

function accepted(outcome: Outcome) {
  if ('refused' in outcome) throw new Error(outcome.refused);
  return outcome;
}

/** What the writer's connection is asked from now on: names of prepared statements, else their text. */
async function statementsOf(database: Database): Promise<string[]> {
  const asked: string[] = [];
  const connection = await database.writers.connect();
  const query = connection.query.bind(connection) as (statement: unknown) => unknown;
  jest.spyOn(connection, 'query').mockImplementation((statement: unknown) => {
    asked.push(typeof statement === 'string' ? statement : (statement as { name: string }).name);
    return query(statement);
  });
  connection.release();
  return asked;
}

describe('the alert log on Postgres', () => {
  const used = useLogs();
  const wholeLog = () => used().reader.after(0, 100_000);

  it('numbers the events of two nodes without a gap, and replaying them gives the stored alerts', async () => {
    const reporters = ['phone:+27820000001', 'phone:+27820000002', undefined];
    const commands = Array.from({ length: 300 }, (_, n) => {
      const reporter = reporters[n % reporters.length];
      return newPress(reporter ? { reporter } : {});
    });
    await Promise.all(commands.map((command, n) => used().logs[n % 2]!.append(command)));
    const entries = await wholeLog();
    expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    const replayed = new Map<string, unknown>();
    const states = new Map<string, LogEntry['alert']>();
    for (const entry of entries) {
      const alert = apply(states.get(entry.alertId), entry, entry.seq);
      states.set(alert.id, alert);
      replayed.set(alert.id, alert);
      expect(entry.alert).toEqual(alert);
    }
    const stored = await new AlertLists(used().nodes[0]).page({ limit: 1000 });
    expect(stored.map(({ id }) => id).sort()).toEqual([...replayed.keys()].sort());
    for (const alert of stored) expect(alert).toEqual(replayed.get(alert.id));
    expect(stored).toHaveLength(102);
  });

  it('puts commands that wait for a transaction together in the next one', async () => {
    const committed: number[] = [];
    used().logs[0].onCommit((entries) => committed.push(entries.length));
    await Promise.all(Array.from({ length: 100 }, () => used().logs[0].append(newPress())));
    expect(committed.reduce((sum, length) => sum + length)).toBe(100);
    expect(committed.length).toBeLessThanOrEqual(2);
  });

  it('gives twenty concurrent retries over two nodes one alert', async () => {
    const key = { digest: digest('a'), fingerprint: digest('b') };
    const tries = Array.from({ length: 20 }, (_, n) => used().logs[n % 2]!.append(newPress({ key })));
    const outcomes = (await Promise.all(tries)).map(accepted);
    expect(new Set(outcomes.map(({ alertId }) => alertId)).size).toBe(1);
    expect(outcomes.filter(({ outcome }) => outcome === 'raised')).toHaveLength(1);
  });

  it('tells listeners of a commit before it answers, in the order of seq', async () => {
    const heard: number[] = [];
    used().logs[1].onCommit((entries) => heard.push(...entries.map(({ seq }) => seq)));
    const outcomes = await Promise.all([used().logs[1].append(newPress()), used().logs[1].append(newPress())]);
    expect(heard).toEqual(outcomes.map((outcome) => accepted(outcome).entry!.seq));
  });

  it('stores each alert once, also when a listener fails', async () => {
    const failing = new AlertLog(used().nodes[0]);
    failing.onCommit(() => {
      throw new Error('as planned');
    });
    const commands = Array.from({ length: 5 }, () => newPress());
    const outcomes = await Promise.all(commands.map((command) => failing.append(command)));
    expect(outcomes.map((outcome) => accepted(outcome).alertId)).toEqual(commands.map(({ newId }) => newId));
    const stored = (await wholeLog()).map(({ alertId }) => alertId);
    expect(stored.slice(-5)).toEqual(commands.map(({ newId }) => newId));
  });

  it.each([
    ['refuses the login', (url: URL) => (url.password = 'wrong')],
    ['is a read-only replica', (url: URL) => url.searchParams.set('options', '-c default_transaction_read_only=on')],
    ['has no such database', (url: URL) => (url.pathname = '/nowhere')],
  ])('asks to try again while Postgres %s', async (_reason, change) => {
    const url = new URL(used().databaseUrl);
    change(url);
    const database = new Database(url.href);
    try {
      await expect(new AlertLog(database).append(newPress())).rejects.toMatchObject({
        code: 'DATABASE_UNAVAILABLE',
        retryAfterSeconds: 2,
      });
    } finally {
      await database.close();
    }
  });

  it('keeps the neighbours of a command that Postgres refuses', async () => {
    const broken = newPress({ reporter: 'phone:\0' });
    const results = await Promise.allSettled(
      [broken, newPress(), newPress()].map((command) => used().logs[0].append(command)),
    );
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    const { head } = await used().reader.range();
    expect((await wholeLog()).at(-1)!.seq).toBe(head);
  });

  it('writes in one statement where it knows the head, reads what a press may touch, and locks when it was overtaken', async () => {
    const log = new AlertLog(used().nodes[0]);
    await log.append(newPress());
    const asked = await statementsOf(used().nodes[0]);
    await log.append(newPress());
    expect(asked.splice(0)).toEqual(['write-batch']);
    await log.append(newPress({ reporter: 'phone:+27820000077' }));
    expect(asked.splice(0)).toEqual(['read-state', 'write-batch']);
    await used().logs[1].append(newPress());
    const overtaken = accepted(await log.append(newPress()));
    expect(asked).toEqual(['write-batch', BEGIN_AND_LOCK, 'read-state', 'write-batch', 'commit']);
    const { head } = await used().reader.range();
    expect(overtaken.entry!.seq).toBe(head);
    expect((await wholeLog()).map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, n) => n + 1));
  });

  it('gives no number twice, also when the entry that bears it is no longer kept', async () => {
    const pruned = await createTestDatabase();
    const [one, other] = [new Database(pruned.url), new Database(pruned.url)];
    try {
      const log = new AlertLog(one);
      await log.append(newPress());
      await new AlertLog(other).append(newPress());
      // Then no key of the table tells that the number is taken: only the head does.
      await other.query({ text: 'delete from alert_events' });
      expect(accepted(await log.append(newPress())).entry!.seq).toBe(3);
    } finally {
      await Promise.all([one.close(), other.close()]);
      await pruned.drop();
    }
  });

  it('looks up what a batch touches by index, also with plans that were made while the tables were empty', async () => {
    const empty = await createTestDatabase();
    const database = new Database(empty.url);
    try {
      await database.writers.query(`prepare state (uuid[], text[], bytea[]) as ${READ_STATE.text}`);
      const { rows } = await database.writers.query<{ 'QUERY PLAN': string }>(
        `explain execute state ('{}', '{}', '{}')`,
      );
      const scanned = rows.flatMap((row) => /Seq Scan on (\w+)/.exec(row['QUERY PLAN'])?.[1] ?? []);
      expect(scanned).toEqual(['log_head']);
    } finally {
      await database.close();
      await empty.drop();
    }
  });

  it('runs a press again that Postgres undid to end a deadlock', async () => {
    const key = { digest: digest('c'), fingerprint: digest('d') };
    const first = accepted(await used().logs[0].append(newPress({ key })));
    await used().logs[0].append({ type: 'resolve', alertId: first.alertId, at: first.alert.openedAt, actor: OPERATOR });
    let again: Promise<Outcome> | undefined;
    await used().nodes[1].transaction(async (client) => {
      await client.query(`set local deadlock_timeout = '10s'`); // the other side shall find the deadlock
      await client.query('select from idempotency where key = $1 for update', [Buffer.from(key.digest, 'hex')]);
      again = used().logs[0].append(newPress({ key: { ...key, fingerprint: digest('e') } }));
      const waits = `select from pg_stat_activity where application_name = 'naboom:log' and wait_event_type = 'Lock'`;
      await eventually(async () => (await used().nodes[1].query({ text: waits })).rowCount === 1);
      await client.query('select from log_head for update');
    });
    expect(accepted(await again!).outcome).toBe('raised');
  });

  it('reads a snapshot and the seq that it is true at', async () => {
    const opened = accepted(await used().logs[0].append(newPress()));
    const { seq, alerts } = await used().reader.openAlerts();
    expect([seq, alerts.at(-1)]).toEqual([opened.entry!.seq, opened.alert]);
    const at = new Date().toISOString();
    await used().logs[0].append({ type: 'resolve', alertId: opened.alertId, at, actor: OPERATOR });
    const after = await used().reader.openAlerts();
    expect(after.seq).toBe(seq + 1);
    expect(after.alerts.map(({ id }) => id)).not.toContain(opened.alertId);
  });

  it('loses nothing acknowledged and shows nothing unacknowledged when its connection is cut in mid-flight', async () => {
    const acknowledged: string[] = [];
    const refused: string[] = [];
    let cuts = 0;
    while (cuts < 5) {
      const commands = Array.from({ length: 10 }, () => newPress());
      const appended = commands.map((command) =>
        used()
          .logs[0].append(command)
          .then(
            () => acknowledged.push(command.newId),
            () => refused.push(command.newId),
          ),
      );
      const killed = await used().nodes[1].query<{ pid: number }>({
        text: `select pid, pg_terminate_backend(pid) from pg_stat_activity
                where application_name = 'naboom:log' and datname = current_database() and state <> 'idle'`,
      });
      cuts += killed.rowCount ?? 0;
      await Promise.all(appended);
    }
    const stored = new Set((await wholeLog()).map(({ alertId }) => alertId));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    const seqs = (await wholeLog()).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect((await used().reader.range()).head).toBe(seqs.length);
  });
});
