import type { Severity } from '../../src/alerts/severity.js';
import type { EscalationPolicy } from '../../src/escalation/escalation-policy.js';
import type { Json } from '../support/alerts-client.js';
import { calledTown, POLICY, type CalledTown } from '../support/called-town.js';
import type { ClockedSystem } from '../support/clocked-system.js';
import { eventually } from '../support/eventually.js';
import { closeClients, LiveClient } from '../support/live-client.js';
import { PeopleClient } from '../support/people-client.js';
import type { PushService } from '../support/push-service.js';
import type { SmsStub } from '../support/sms-stub.js';
import { square } from '../support/square.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { GATEWAY_SECRET, startToldSystem, type ToldSystem } from '../support/told-system.js';

const ALERTS = '/emergency/alerts';
const PINS = { cancelPin: '13571357', duressPin: '24682468' };
const operator = { token: TEST_OPERATOR_KEY };

let told: ToldSystem;
let push: PushService;
let sms: SmsStub;
let system: ClockedSystem;
let client: PeopleClient;
let west = 20;

beforeAll(async () => {
  told = await startToldSystem();
  ({ push, sms, system } = told);
  client = new PeopleClient(system.url);
});
beforeEach(() => told.forget());
afterEach(closeClients);
afterAll(() => told.close());

interface Town extends CalledTown {
  readonly place: { readonly lat: number; readonly lng: number };
}

/** A town whose area and policy were set over HTTP. */
async function town(policy: EscalationPolicy = POLICY): Promise<Town> {
  const [lng, south] = [(west += 0.2), -26];
  const { body: made } = await client.send('POST', '/organisations', { name: `Town at ${lng}` }, operator);
  const area = { name: 'Area', geometry: square(lng, south) };
  const { body: drawn } = await client.send('POST', `/organisations/${made.id}/areas`, area, operator);
  expect((await client.send('PUT', `/organisations/${made.id}/escalation`, policy, operator)).status).toBe(200);
  const people = await calledTown(system.planted, { id: made.id, area: drawn.id }, () => push.device());
  return { ...people, place: { lat: south + 0.05, lng: lng + 0.05 } };
}

async function raise({ place }: Town, severity: Severity = 'high'): Promise<{ id: string; token: string }> {
  const { status, body } = await client.send('POST', ALERTS, { location: place, severity, ...PINS });
  expect([status, body.warnings]).toEqual([201, []]);
  await system.after(0);
  return { id: body.id, token: body.receiptToken };
}

const step = async (who: { token: string }, id: string, name: string, body?: unknown) =>
  client.send('POST', `${ALERTS}/${id}/${name}`, body, { token: who.token });

async function live(auth: object): Promise<LiveClient> {
  const socket = new LiveClient(system.url, auth);
  await eventually(() => socket.snapshots.length > 0, { what: 'a snapshot' });
  return socket;
}

/** How an alert escalated, as a dispatcher is told. */
async function escalationsOf(id: string, { dora }: Town): Promise<Json[]> {
  return (await client.send('GET', `${ALERTS}/${id}/escalation`, undefined, dora)).body.steps;
}

const typesHeard = (socket: LiveClient) => socket.alerts.map(({ type }) => type);
const textsTo = (people: readonly { phone: string }[]) => people.map(({ phone }) => phone).sort();

/** What is due goes on being nothing, however long one waits. */
async function silence(id: string): Promise<void> {
  const before = [push.received.length, sms.asked.length];
  await system.after(3600);
  await system.after(3600);
  expect([push.received.length, sms.asked.length]).toEqual(before);
  const waiting = await system.planted.sql(
    `select id from deliveries where alert_id = $1 and status = 'pending'
     union select alert_id from escalations where alert_id = $1 and next_escalation_at is not null`,
    [id],
  );
  expect(waiting).toEqual([]);
}

it('tells two devices, then two phones by the second provider, hears that one text came, and falls silent when somebody answers', async () => {
  const at = await town();
  const { rex, ann, dora } = at;
  sms.behaviour.bulksms = { status: 503 };
  const [dispatcher, responder] = await Promise.all([live(dora), live(rex)]);
  const { id } = await raise(at);
  expect(push.refused).toEqual([]);
  expect(push.received.map(({ device }) => device).sort()).toEqual(
    [rex, ann].map(({ device }) => new URL(device.endpoint).pathname).sort(),
  );
  for (const { topic, urgency, ttl, payload } of push.received) {
    expect({ topic, urgency, ttl }).toEqual({ topic: id.replaceAll('-', ''), urgency: 'high', ttl: 300 });
    expect(payload).toMatchObject({ kind: 'alert', alertId: id, severity: 'high' });
  }

  await system.after(14);
  expect(sms.asked).toEqual([]);
  await system.after(1);
  for (const socket of [dispatcher, responder]) {
    await eventually(() => typesHeard(socket).includes('alert.escalated'));
  }
  expect(dispatcher.alerts.at(-1)!.alert).toMatchObject({ status: 'open', escalations: [{ level: 1, told: 2 }] });
  expect(await escalationsOf(id, at)).toMatchObject([{ level: 1, reason: 'unreached', skipped: [] }]);
  expect(sms.asked.map(({ provider }) => provider).sort()).toEqual(['bulksms', 'bulksms', 'clickatell', 'clickatell']);
  expect(sms.taken.map(({ to }) => to).sort()).toEqual(textsTo([rex, ann]));

  const [row] = await system.planted.sql(
    `select provider, provider_ref from deliveries where user_id = $1 and channel = 'sms'`,
    [rex.id],
  );
  expect(row).toMatchObject({ provider: 'clickatell' });
  const report = { event: { messageStatusUpdate: [{ messageId: row!['provider_ref'], statusCode: 4 }] } };
  expect((await client.send('POST', `/inbound/sms-receipts/clickatell/${GATEWAY_SECRET}`, report)).status).toBe(200);
  await eventually(() => expect(dispatcher.reach.at(-1)).toMatchObject({ id, counts: { received: 1 } }) === undefined);
  const { body: seen } = await client.send('GET', `${ALERTS}/${id}`, undefined, dora);
  const reached = seen.reach.people.find(({ userId }: Json) => userId === rex.id);
  expect(reached.stages.received).toMatchObject({ channel: 'sms' });

  await system.after(60);
  expect((await step(rex, id, 'acknowledge')).status).toBe(200);
  await silence(id);
  expect([push.received.length, sms.asked.length, sms.taken.length]).toEqual([2, 4, 2]);
  expect(typesHeard(dispatcher)).toEqual(['alert.raised', 'alert.escalated', 'alert.acknowledged']);
});

it.each([
  ['resolved', (at: Town, { id }: { id: string }) => step(at.dora, id, 'resolve')],
  [
    'cancelled with the PIN',
    (_at: Town, alert: { id: string; token: string }) => step(alert, alert.id, 'cancel', { pin: PINS.cancelPin }),
  ],
])('tells nobody else when the alert is %s before the next step', async (_case, end) => {
  const at = await town();
  const alert = await raise(at);
  await system.after(14);
  expect((await end(at, alert)).status).toBe(200);
  await silence(alert.id);
  expect([push.received.length, sms.asked.length]).toEqual([2, 0]);
});

it('goes on under duress, and says so to responders; who was forced sees a cancelled alert and nothing else', async () => {
  const at = await town();
  const responder = await live(at.rex);
  const alert = await raise(at);
  const reporter = await live({ receiptToken: alert.token });
  await system.after(10);
  const answer = await step(alert, alert.id, 'cancel', { pin: PINS.duressPin });
  expect(answer).toMatchObject({ status: 200, body: { status: 'cancelled', severity: 'high' } });
  await eventually(() => typesHeard(responder).includes('alert.duress'));
  await system.after(0);
  expect(push.received).toHaveLength(4);
  expect(push.received[3]!.payload).toMatchObject({ alertId: alert.id, severity: 'critical' });

  await system.after(15);
  expect(sms.taken.map(({ to }) => to).sort()).toEqual(textsTo([at.rex, at.ann]));
  await system.after(120);
  expect(sms.taken.map(({ to }) => to).at(-1)).toBe(at.dora.phone);
  await eventually(() => typesHeard(responder).filter((type) => type === 'alert.escalated').length === 2);
  expect(responder.alerts.at(-1)!.alert).toMatchObject({ status: 'open', severity: 'critical' });
  await step(at.dora, alert.id, 'acknowledge');
  await silence(alert.id);

  await eventually(() => typesHeard(reporter).length > 0);
  expect(typesHeard(reporter)).toEqual(['alert.cancelled']);
  const timeline = await client.send('GET', `${ALERTS}/${alert.id}/events`, undefined, alert);
  expect(timeline.body.items.map(({ type }: Json) => type)).toEqual(['alert.raised', 'alert.cancelled']);
  expect((await client.send('GET', `${ALERTS}/${alert.id}`, undefined, alert)).body.status).toBe('cancelled');
});

it('lets people sleep while it is not critical and calls the next ones at once; wakes them when it becomes critical', async () => {
  const at = await town();
  for (const { token } of [at.rex, at.ann]) await client.send('PUT', '/auth/me/quiet-hours', allDay(), { token });
  const asleep = [at.rex, at.ann].map(({ device }) => new URL(device.endpoint).pathname);
  const woken = () => push.received.filter(({ device }) => asleep.includes(device));
  const alert = await raise(at);
  expect(sms.taken.map(({ to }) => to)).toEqual([at.dora.phone]);
  expect(await escalationsOf(alert.id, at)).toMatchObject([{ level: 2, reason: 'unreachable', skipped: [0, 1] }]);
  await system.after(10);
  expect(woken()).toEqual([]);

  await client.send('POST', ALERTS, { severity: 'high' }, { token: alert.token });
  await system.after(0);
  expect(new Set(woken().map(({ device }) => device))).toEqual(new Set(asleep));
  expect(new Set(woken().map(({ payload }) => payload['severity']))).toEqual(new Set(['critical']));
  await step(at.dora, alert.id, 'resolve');
});

/** Quiet hours that hold now and go on for as long as these tests. */
function allDay(): { from: string; until: string } {
  const minute = (shift: number) =>
    new Date(system.clock.now().getTime() + shift * 3_600_000).toISOString().slice(11, 16);
  return { from: minute(-6 + 2), until: minute(6 + 2) };
}

it('tells a person by their next contact when a device is gone, or its subscription is no good', async () => {
  const onDuty = { ...POLICY, steps: [{ ...POLICY.steps[0]!, channels: undefined }, ...POLICY.steps.slice(1)] };
  const at = await town(JSON.parse(JSON.stringify(onDuty)) as EscalationPolicy);
  await system.planted.sql(
    `update contacts set keys = '{"p256dh":"AAAA","auth":"AA"}' where user_id = $1 and channel = 'push'`,
    [at.rex.id],
  );
  await system.planted.sql(`update contacts set address = address || 'gone' where user_id = $1 and channel = 'push'`, [
    at.ann.id,
  ]);
  const { id } = await raise(at);
  expect(push.received).toEqual([]);
  expect(sms.taken.map(({ to }) => to).sort()).toEqual(textsTo([at.rex, at.ann]));
  const devices = await system.planted.sql(
    `select user_id from contacts where user_id = any($1::uuid[]) and channel = 'push'`,
    [[at.rex.id, at.ann.id]],
  );
  expect(devices).toEqual([{ user_id: at.rex.id }]); // who is gone is asked no more
  await step(at.rex, id, 'acknowledge');
});

it('finds an escalation that a fault suppressed, says so, and goes on with it', async () => {
  const at = await town();
  const { id } = await raise(at);
  await system.planted.sql('delete from escalations where alert_id = $1', [id]);
  await system.after(120);
  expect(sms.asked).toEqual([]);
  const health = async () => {
    const response = await fetch(`${system.url}/health`, { headers: { authorization: `Bearer ${operator.token}` } });
    return response.json() as Promise<Json>;
  };
  await system.runSchedule('audit-escalations-minutely');
  await system.after(2);
  expect(sms.taken.map(({ to }) => to).sort()).toEqual(textsTo([at.rex, at.ann]));
  expect(await health()).toMatchObject({ status: 'degraded', escalation: { status: 'degraded', findings: 1 } });
  await system.runSchedule('audit-escalations-minutely');
  await system.after(2);
  expect(await health()).toMatchObject({ escalation: { status: 'healthy', findings: 0 } });
  await step(at.rex, id, 'acknowledge');
  await silence(id);
});
