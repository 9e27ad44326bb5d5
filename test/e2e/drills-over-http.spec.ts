import { randomUUID } from 'node:crypto';
import { operator, outcome, useDirectory } from '../support/use-directory.js';
import { staffedTown } from '../support/staffed-town.js';

const directory = useDirectory();

describe('a drill', () => {
  it('is an alert of the organisation, marked as a test, one at a time, that ends as others do', async () => {
    const { ask, planted } = directory();
    const { town, hill, dispatcher, responder, member, stranger, onHill } = await staffedTown(directory(), 30);
    const path = `/organisations/${town}/drills`;
    const real = (await ask(dispatcher, 'POST', '/emergency/alerts', { location: onHill })).body;
    const started = await ask(dispatcher, 'POST', path, { severity: 'critical', message: 'Try' });
    const { alertId } = started.body;
    expect(started.headers.get('location')).toBe(`/api/v1${path}/${alertId}`);
    expect(started.body).toMatchObject({
      organisationId: town,
      areaId: null,
      severity: 'critical',
      status: 'open',
      endedAt: null,
      startedBy: { userId: dispatcher.id, name: 'Dora' },
    });
    expect(alertId).not.toBe(real.id);
    const alert = (await ask(responder, 'GET', `/emergency/alerts/${alertId}`)).body;
    expect(alert).toMatchObject({
      test: true,
      verified: true,
      message: 'Try',
      areas: [hill],
      organisations: [town],
      reporterId: null,
      repeatCount: 0,
    });
    // Whoever starts it does not see it as its reporter would, and does not add to it by pressing.
    expect((await ask(dispatcher, 'GET', `/emergency/alerts/${alertId}`)).body.areas).toEqual([hill]);
    const pressed = await ask(dispatcher, 'POST', '/emergency/alerts', { test: true, location: onHill });
    expect([pressed.status, pressed.body.id === alertId]).toEqual([201, false]);

    const [one, two] = await Promise.all([ask(dispatcher, 'POST', path, {}), ask(operator, 'POST', path, {})]);
    expect([one, two].map(outcome)).toEqual(['409 DRILL_OPEN', '409 DRILL_OPEN']);
    expect(outcome(await ask(dispatcher, 'POST', `/emergency/alerts/${alertId}/cancel`))).toBe(200);
    const second = await ask(operator, 'POST', path, { areaId: hill });
    expect(second.body).toMatchObject({ areaId: hill, severity: 'high', startedBy: null });
    expect((await ask(dispatcher, 'GET', path)).body.items).toMatchObject([
      { alertId: second.body.alertId, status: 'open', endedAt: null },
      { alertId, status: 'cancelled', endedAt: expect.any(String) },
    ]);
    for (const who of [responder, member, stranger]) {
      expect(outcome(await ask(who, 'POST', path, {}))).toBe('403 FORBIDDEN');
      expect(outcome(await ask(who, 'GET', `${path}/${alertId}`))).toBe('403 FORBIDDEN');
    }
    expect(await planted.sql('select from drills where organisation_id = $1', [town])).toHaveLength(2);
  });

  it('of which two are started at once is one, and one whose alert was never stored blocks nothing', async () => {
    const { ask, planted } = directory();
    const { town, river, dispatcher } = await staffedTown(directory(), 31);
    const path = `/organisations/${town}/drills`;
    expect(outcome(await ask(dispatcher, 'POST', path, { areaId: river }))).toBe('404 NOT_FOUND');
    expect(outcome(await ask(dispatcher, 'POST', path, { severity: 'huge' }))).toBe('400 REQUEST_INVALID');
    const orphan =
      "insert into drills (alert_id, organisation_id, started_at) values ($1, $2, now() - interval '1 min')";
    await planted.sql(orphan, [randomUUID(), town]);
    const answers = await Promise.all([1, 2, 3].map(() => ask(dispatcher, 'POST', path)));
    expect(answers.map((each) => String(outcome(each))).sort()).toEqual(['201', '409 DRILL_OPEN', '409 DRILL_OPEN']);
    expect((await ask(dispatcher, 'GET', path)).body.items).toHaveLength(1);
    const foreign = `/organisations/${randomUUID()}/drills`;
    expect(outcome(await ask(operator, 'POST', foreign, {}))).toBe('404 NOT_FOUND');
  });

  it('reports whom it reached by what is recorded of messages, receipts and answers', async () => {
    const { ask, planted } = directory();
    const { town, dispatcher, responder, offDuty, member } = await staffedTown(directory(), 32);
    const path = `/organisations/${town}/drills`;
    const { alertId, startedAt } = (await ask(dispatcher, 'POST', path, {})).body;
    await planted.sql(
      `insert into contacts (id, user_id, channel, address, position, verified_at, created_at)
       values (gen_random_uuid(), $1, 'sms', '+27820000001', 0, now(), now()),
              (gen_random_uuid(), $2, 'sms', '+27820000002', 0, null, now())`,
      [responder.id, offDuty.id],
    );
    await planted.sql(
      `insert into deliveries (id, target, status, next_attempt_at, created_at, finished_at, kind, channel, alert_id,
                               user_id, provider, received_at)
       values (gen_random_uuid(), 'a', 'delivered', now(), now(), $3::timestamptz + interval '0.2 s', 'alert', 'sms', $1, $2,
               'twilio', $3::timestamptz + interval '2 s')`,
      [alertId, responder.id, startedAt],
    );
    await ask(dispatcher, 'POST', `/emergency/alerts/${alertId}/acknowledge`);
    const { status, body } = await ask(dispatcher, 'GET', `${path}/${alertId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      drill: { alertId, status: 'acknowledged' },
      level: 0,
      called: 2,
      reached: 2,
      acknowledged: 1,
      reachedShare: 1,
      sent: { p50Ms: 200, maxMs: 200 },
      received: { p50Ms: 2000, maxMs: 2000 },
      people: [
        { userId: dispatcher.id, outcome: 'acknowledged', calls: [] },
        {
          userId: responder.id,
          outcome: 'received',
          calls: [{ channel: 'sms', provider: 'twilio', receivedMs: 2000 }],
        },
        { userId: offDuty.id, outcome: 'no_contact' },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(new RegExp(`${member.id}|27820000`));
    expect(outcome(await ask(dispatcher, 'GET', `${path}/${randomUUID()}`))).toBe('404 NOT_FOUND');
  });
});
