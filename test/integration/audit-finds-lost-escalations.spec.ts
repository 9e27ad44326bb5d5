import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Actor, Press } from '../../src/alerts/alert.js';
import { AlertLog } from '../../src/alerts/alert-log.js';
import type { AlertCommand } from '../../src/alerts/decide.js';
import { Database } from '../../src/database/database.js';
import { AuditEscalations } from '../../src/escalation/audit-escalations.js';
import { readAudit, type Finding } from '../../src/escalation/audit-record.js';
import { startHealthApp, type HealthApp } from '../support/health-app.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const TOWN = '01a20000-0000-7000-8000-00000000000a';
const FAR_AWAY_MS = 86_400_000;
const system: Actor = { kind: 'system' };

let testDatabase: TestDatabase;
let database: Database;
let log: AlertLog;
let clock: TestClock;

beforeAll(async () => {
  Logger.overrideLogger(false);
  testDatabase = await createTestDatabase();
  database = new Database(testDatabase.url);
  log = new AlertLog(database);
});
beforeEach(async () => {
  clock = new TestClock();
  await database.query({
    text: 'truncate alerts, alert_events, escalations, escalation_audit, deliveries, escalation_policies, drills',
  });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const later = (ms: number) => new Date(clock.now().getTime() + ms);
const append = (command: AlertCommand) => log.append(command);

/** Raises an alert now, and has it watched as the reader of the log would. */
async function raise(press: Partial<Press> = {}, watched: { nextAt?: Date | null; ended?: string } | null = {}) {
  const alertId = uuidv7();
  const whole = { test: false, verified: true, places: { areas: [], organisations: [TOWN] }, ...press };
  await append({ type: 'raise', newId: alertId, at: clock.now().toISOString(), actor: system, press: whole });
  if (watched) {
    const { nextAt = later(60_000), ended = null } = watched;
    await database.query({
      text: `insert into escalations (alert_id, organisation_id, level, seq, level_at, next_escalation_at, ended)
             values ($1, $2, 0, (select first_seq from alerts where id = $1), $3, $4, $5)`,
      values: [alertId, TOWN, clock.now(), nextAt, ended],
    });
  }
  return alertId;
}

const audit = () => new AuditEscalations({ database, clock }).run({}, new AbortController().signal);
async function findings(): Promise<readonly Finding[]> {
  await audit();
  return (await readAudit(database))!.items;
}
const escalate = (alertId: string, level: number, reason: 'unacknowledged' | 'exhausted' = 'unacknowledged') =>
  append({
    type: 'escalate',
    alertId,
    at: clock.now().toISOString(),
    actor: system,
    from: reason === 'exhausted' ? 0 : level - 1,
    details: { organisationId: TOWN, level, reason, skipped: [], userIds: [] },
  });
const rowOf = async (alertId: string) => {
  const { rows } = await database.query<{ level: number; next_escalation_at: Date | null; ended: string | null }>({
    text: 'select level, next_escalation_at, ended from escalations where alert_id = $1',
    values: [alertId],
  });
  return rows[0];
};

describe('the auditor', () => {
  it('finds an escalation whose row is gone, and one that waits for ever, and one that ended; and wakes them', async () => {
    const gone = await raise({}, null);
    const waiting = await raise({}, { nextAt: later(FAR_AWAY_MS) });
    const ended = await raise({}, { nextAt: null, ended: 'exhausted' });
    clock.advance(29_999);
    expect(await findings()).toEqual([]);
    clock.advance(60_001);
    const found = {
      organisationId: TOWN,
      level: 0,
      expectedLevel: 1,
      dueAt: '2026-01-01T00:01:00.000Z',
      rearmed: true,
    };
    expect(await findings()).toEqual([
      { kind: 'unwatched', alertId: gone, ...found },
      { kind: 'late', alertId: waiting, ...found },
      { kind: 'stopped', alertId: ended, ...found },
    ]);
    for (const alertId of [gone, waiting, ended]) {
      expect(await rowOf(alertId)).toEqual({ level: 0, next_escalation_at: clock.now(), ended: null });
      await escalate(alertId, 1);
    }
    expect(await findings()).toEqual([]);
  });

  it('finds nothing of a press that waited in Redis until whoever watches has had time for it', async () => {
    const alertId = uuidv7();
    const press = { test: false, verified: true, places: { areas: [], organisations: [TOWN] } };
    const promised = { id: alertId, first: true, loggedAt: later(600_000).toISOString() };
    await append({ type: 'raise', newId: uuidv7(), at: clock.now().toISOString(), actor: system, press, promised });
    clock.advance(629_999);
    expect(await findings()).toEqual([]);
    clock.advance(1);
    expect(await findings()).toMatchObject([{ kind: 'unwatched', alertId, rearmed: true }]);
  });

  it('knows how far an escalation has come, and wakes it there', async () => {
    const alertId = await raise();
    clock.advance(61_000);
    await escalate(alertId, 1);
    await database.query({ text: 'delete from escalations' });
    clock.advance(150_000);
    const [finding] = await findings();
    expect(finding).toMatchObject({ kind: 'unwatched', level: 1, expectedLevel: 2, rearmed: true });
    expect(await rowOf(alertId)).toMatchObject({ level: 1, next_escalation_at: clock.now() });
  });

  it('goes by the policy of the organisation, which begins when it was set', async () => {
    await database.query({
      text: `insert into organisations (id, name, created_at) values ($1, 'Town', $2) on conflict do nothing`,
      values: [TOWN, clock.now()],
    });
    const step = { targets: [{ kind: 'on_duty' }], delaySeconds: 600 };
    const policy = JSON.stringify({ steps: [step, step], repeat: 0, unreachedSeconds: 15 });
    const values = [TOWN, policy, later(300_000)];
    await database.query({ text: 'insert into escalation_policies values ($1, $2, $3)', values });
    await raise({}, { nextAt: later(FAR_AWAY_MS) });
    clock.advance(329_999);
    expect(await findings()).toEqual([]);
    clock.advance(1);
    expect(await findings()).toMatchObject([{ kind: 'late', expectedLevel: 1 }]);
    clock.advance(600_000);
    expect(await findings()).toMatchObject([{ kind: 'late', expectedLevel: 2 }]);
  });

  it('leaves alone who was taken notice of, tests that are no drills, and what it may not change any more', async () => {
    const answered = await raise({}, null);
    await append({ type: 'acknowledge', alertId: answered, at: clock.now().toISOString(), actor: system });
    await raise({ test: true }, null);
    const drill = await raise({ test: true }, null);
    await database.query({
      text: 'insert into organisations (id, name, created_at) values ($1, $2, $3) on conflict do nothing',
      values: [TOWN, 'Town', clock.now()],
    });
    await database.query({
      text: 'insert into drills (alert_id, organisation_id, started_at) values ($1, $2, $3)',
      values: [drill, TOWN, clock.now()],
    });
    clock.advance(120_000);
    expect(await findings()).toMatchObject([{ kind: 'unwatched', alertId: drill }]);
  });

  it('tells of an alert that nobody answered, as no fault of the machine', async () => {
    const alertId = await raise({}, { nextAt: null, ended: 'exhausted' });
    await escalate(alertId, 6, 'exhausted');
    clock.advance(600_000);
    expect(await findings()).toEqual([{ kind: 'exhausted', alertId, organisationId: TOWN, level: 6 }]);
  });

  it('finds deliveries that nobody attempts', async () => {
    const alertId = await raise();
    await escalate(alertId, 1);
    await database.query({
      text: `insert into deliveries (id, seq, target, status, next_attempt_at, created_at, kind, channel, alert_id)
             values ($1, 1, 'somebody', 'pending', $2, $2, 'alert', 'push', $3)`,
      values: [uuidv7(), clock.now(), alertId],
    });
    clock.advance(60_000);
    expect(await findings()).toEqual([]);
    clock.advance(1);
    expect(await findings()).toEqual([
      { kind: 'undelivered', alertId, deliveries: 1, dueAt: '2026-01-01T00:00:00.000Z' },
    ]);
  });

  it('looks at all of them, page by page, and keeps the first of what it finds', async () => {
    await raise({}, null);
    await database.query({
      text: `with copies as (select gen_random_uuid() as id, n from generate_series(1, 1200) n),
        one as (select * from alerts limit 1),
        added as (insert into alerts select c.id, o.reference, 'open', o.severity, o.kind, null, c.n + 1000, c.n + 1000,
                    o.opened_at, o.updated_at, false from copies c, one o)
        insert into alert_events select c.n + 1000, c.id, e.type, e.at, e.actor, e.details, e.alert
          from copies c, alert_events e where e.seq = (select first_seq from one)`,
    });
    clock.advance(90_000);
    expect(await audit()).toEqual({ checked: 1201, found: 1201, rearmed: 1201 });
    const { counts, items } = (await readAudit(database))!;
    expect({ counts, kept: items.length }).toEqual({ counts: { unwatched: 1201 }, kept: 100 });
    expect(await audit()).toEqual({ checked: 1201, found: 1201, rearmed: 0 });
  });
});

describe('health', () => {
  let redis: TestRedis;
  let health: HealthApp;

  beforeAll(async () => {
    redis = await startTestRedis();
    health = await startHealthApp({ ...redis.env, DATABASE_URL: testDatabase.url });
  });
  afterAll(async () => {
    await health?.app.close();
    await redis?.stop();
  });

  it('is degraded by what the auditor found or by its silence, and alerts are taken all the same', async () => {
    const never = { status: 'healthy', lastAuditAt: null, findings: 0 };
    expect((await health.ask('/health')).body).toMatchObject({ status: 'healthy', escalation: never });
    const alertId = await raise({}, null);
    clock.advance(90_000);
    await audit();
    const lastAuditAt = clock.now().toISOString();
    const { statusCode, body } = await health.look('/health');
    expect(statusCode).toBe(200);
    expect(body.status).toBe('degraded');
    expect(body.escalation).toEqual({
      status: 'degraded',
      lastAuditAt,
      findings: 1,
      details: [expect.objectContaining({ kind: 'unwatched', alertId })],
    });
    // What was found is for operators.
    const anyone = await health.ask('/health');
    expect(anyone.body.escalation).toEqual({ status: 'degraded', lastAuditAt, findings: 1 });
    expect((await health.look('/health/ready')).statusCode).toBe(200);
    await escalate(alertId, 1);
    await audit();
    expect((await health.look('/health')).body.escalation).toMatchObject({ status: 'healthy', findings: 0 });
    health.clock.advance(181_000 + 90_000);
    expect((await health.look('/health')).body.escalation).toMatchObject({ status: 'degraded', findings: 0 });
    expect((await health.look('/health')).statusCode).toBe(200);
  });
});
