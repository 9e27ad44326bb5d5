import { v7 as uuidv7 } from 'uuid';
import { EscalationBench, toRole } from '../support/escalation-bench.js';

let bench: EscalationBench;
beforeAll(async () => void (bench = await EscalationBench.open()));
afterAll(() => bench.close());

it('tells the first step at once, and the next when the delay is over', async () => {
  const { id, rex, places } = await bench.town();
  const alert = await bench.raise({ places });
  expect(await bench.told(alert)).toEqual(['alert.raised to Rex by push']);
  await bench.receive(alert, rex.id);
  await bench.after(59);
  expect(await bench.story(alert)).toEqual([]);
  await bench.after(1);
  expect(await bench.story(alert)).toEqual(['1 unacknowledged: Dora']);
  expect(await bench.told(alert)).toEqual(['alert.raised to Rex by push', 'alert.escalated to Dora by push']);
  expect(await bench.row(alert, id)).toMatchObject({ level: 1, ended: null });
  expect((await bench.alert(alert)).escalations).toMatchObject([{ organisationId: id, level: 1, told: 1 }]);
});

it('moves on before the delay when no device has received it', async () => {
  const { places } = await bench.town();
  const alert = await bench.raise({ places });
  await bench.after(14);
  expect(await bench.story(alert)).toEqual([]);
  await bench.after(1);
  expect(await bench.story(alert)).toEqual(['1 unreached: Dora']);
});

it('takes the receipt of a socket for one, but none from before the alert was opened again', async () => {
  const { rex, places } = await bench.town();
  const alert = await bench.raise({ places });
  await bench.planted.sql(`insert into reach values ($1, $2, 'seen', 'socket', $3)`, [
    alert,
    rex.id,
    bench.clock.now(),
  ]);
  await bench.after(30);
  expect(await bench.story(alert)).toEqual([]);
  await bench.step(alert, { type: 'resolve' });
  await bench.step(alert, { type: 'reopen' });
  await bench.read();
  await bench.after(15);
  expect(await bench.story(alert)).toEqual(['1 unreached: Dora']);
});

it('passes over steps that reach nobody, at once, and names them', async () => {
  const { id, places } = await bench.town({ steps: [toRole('member'), toRole('responder'), toRole('dispatcher')] });
  const mute = await bench.person('Mute', { [id]: 'member' }, { channels: [] });
  const gone = await bench.person('Gone', { [id]: 'member' });
  await bench.planted.sql('update users set disabled_at = now() where id = $1', [gone.id]);
  const alert = await bench.raise({ places });
  await bench.after(0);
  expect(await bench.story(alert)).toEqual(['1 unreachable past 0: Rex']);
  expect(mute).toBeDefined();
});

it('tells by the channels of a step alone, and reaches nobody who has none of them', async () => {
  const { id, places } = await bench.town({
    steps: [{ ...toRole('responder'), channels: ['sms'] }, toRole('dispatcher')],
  });
  await bench.person('Sam', { [id]: 'responder' }, { channels: ['push', 'sms'] });
  const alert = await bench.raise({ places });
  expect(await bench.told(alert)).toEqual(['alert.raised to Sam by sms']);
});

it('calls those on duty in the areas of the alert', async () => {
  const id = await bench.organisation({ steps: [{ targets: [{ kind: 'on_duty' }], delaySeconds: 60 }] });
  const [hill, river] = [await bench.planted.area(id), await bench.planted.area(id)];
  await bench.person('Hilda', { [id]: 'responder' }, { duties: [hill] });
  await bench.person('Rita', { [id]: 'responder' }, { duties: [river] });
  const onHill = await bench.raise({ places: { areas: [hill], organisations: [id] } });
  expect(await bench.told(onHill)).toEqual(['alert.raised to Hilda by push']);
  const anywhere = await bench.raise({ places: { areas: [], organisations: [id] } });
  expect((await bench.told(anywhere)).sort()).toEqual([
    'alert.raised to Hilda by push',
    'alert.raised to Rita by push',
  ]);
});

it('never tells the reporter, by account or by a number that a network vouches for', async () => {
  const { id, rex, dora, places } = await bench.town({ steps: [{ ...toRole('responder'), delaySeconds: 30 }] });
  await bench.planted.sql('update users set phone = $2 where id = $1', [dora.id, '+27820000007']);
  await bench.person('Rob', { [id]: 'responder' });
  const own = await bench.raise({ places, reporterId: rex.id });
  expect(await bench.told(own)).toEqual(['alert.raised to Rob by push']);
  await bench.planted.sql(`update memberships set role = 'responder' where user_id = $1`, [dora.id]);
  const contact = { phone: '+27820000007' };
  for (const source of ['sms', 'ussd'] as const) {
    const byNumber = await bench.raise({ places, contact, source });
    expect((await bench.told(byNumber)).sort()).toEqual(['alert.raised to Rex by push', 'alert.raised to Rob by push']);
  }
  // Anybody may have typed that.
  expect(await bench.told(await bench.raise({ places, contact }))).toContain('alert.raised to Dora by push');
});

describe('at the end', () => {
  it('tells the catch-all organisation, which goes on by its own policy, and the operators', async () => {
    const { id, places } = await bench.town({ steps: [toRole('responder')] });
    const last = await bench.organisation({ steps: [toRole('responder', 30), toRole('dispatcher', 30)] });
    await bench.planted.sql('update organisations set catch_all = (id = $1)', [last]);
    await bench.person('Cato', { [last]: 'dispatcher' });
    await bench.person('Ria', { [last]: 'responder' });
    const olga = await bench.person('Olga', {}, { operator: true });
    const alert = await bench.raise({ places });
    await bench.after(15);
    expect(await bench.story(alert)).toEqual(['1 exhausted: Cato,Olga']);
    expect(await bench.row(alert, id)).toMatchObject({ ended: 'exhausted', nextAt: null });
    expect(await bench.alert(alert)).toMatchObject({
      organisations: [id, last].sort(),
      escalations: [{ organisationId: id, exhausted: true }],
    });
    expect((await bench.told(alert)).sort()).toEqual([
      'alert.escalated to Cato by push',
      'alert.escalated to Olga by push',
      'alert.escalated to Ria by push',
      'alert.raised to Rex by push',
    ]);
    await bench.after(15);
    await bench.after(15);
    expect((await bench.story(alert)).slice(1)).toEqual(['1 unreached: Cato', '2 exhausted: Cato,Olga']);
    await bench.after(3600);
    expect(await bench.story(alert)).toHaveLength(3);
    await bench.planted.sql('update organisations set catch_all = false');
    await bench.planted.sql('update users set operator = false where id = $1', [olga.id]);
  });

  it('is with the operators from the beginning for an alert that belongs nowhere', async () => {
    const olga = await bench.person('Ola', {}, { operator: true });
    const alert = await bench.raise();
    expect(await bench.told(alert)).toEqual(['alert.raised to Ola by push']);
    await bench.receive(alert, olga.id);
    await bench.after(120);
    expect(await bench.story(alert)).toEqual(['1 unacknowledged: Ola']);
    await bench.after(120);
    expect((await bench.story(alert)).at(-1)).toBe('2 exhausted: Ola');
    expect(await bench.row(alert, null)).toMatchObject({ ended: 'exhausted' });
    await bench.planted.sql('update users set operator = false where id = $1', [olga.id]);
  });
});

describe('quiet hours', () => {
  const ALL_DAY_BUT_A_MINUTE = [1, 0, 'UTC'];
  it('leave a step without anybody who is awake, until the alert is critical: then what waits goes out', async () => {
    const { rex, places } = await bench.town();
    await bench.planted.sql('insert into quiet_hours values ($1, $2, $3, $4)', [rex.id, ...ALL_DAY_BUT_A_MINUTE]);
    bench.clock.advance(120_000);
    const alert = await bench.raise({ places });
    await bench.after(0);
    expect(await bench.story(alert)).toEqual(['1 unreachable past 0: Dora,Rex']);
    await bench.planted.sql(
      `update deliveries set held = true, next_attempt_at = 'infinity' where alert_id = $1 and user_id = $2`,
      [alert, rex.id],
    );
    const press = { test: false, verified: true, severity: 'critical' as const };
    const at = bench.clock.now().toISOString();
    await bench.append({ type: 'raise', newId: uuidv7(), at, actor: { kind: 'reporter' }, press, receiptOf: alert });
    await bench.read();
    const rows = await bench.planted.sql('select held, next_attempt_at as at from deliveries where user_id = $1', [
      rex.id,
    ]);
    expect(rows.every(({ held, at: due }) => held === false && (due as Date) <= bench.clock.now())).toBe(true);
    const critical = await bench.raise({ places, severity: 'critical' });
    await bench.after(0);
    expect(await bench.story(critical)).toEqual([]);
  });
});

it('uses the channels of a step alone when it passes over people who are asleep', async () => {
  const { id, places } = await bench.town({
    steps: [
      { ...toRole('responder'), channels: ['email'] },
      { ...toRole('member'), channels: ['push'] },
      { ...toRole('dispatcher'), channels: ['sms'] },
    ],
  });
  await bench.person('Dan', { [id]: 'dispatcher' }, { channels: ['push', 'sms'] });
  const mia = await bench.person('Mia', { [id]: 'member' }, { channels: ['push', 'email'] });
  await bench.planted.sql(`insert into quiet_hours values ($1, 1, 0, 'UTC')`, [mia.id]);
  bench.clock.advance(120_000);
  const alert = await bench.raise({ places });
  await bench.after(0);
  expect(await bench.story(alert)).toEqual(['2 unreachable past 0,1: Dan,Mia']);
  expect(await bench.told(alert)).toEqual(['alert.escalated to Mia by push', 'alert.escalated to Dan by sms']);
});

describe('tests', () => {
  it('call nobody, but drills do, and call in nobody else', async () => {
    const { id, places } = await bench.town({ steps: [toRole('responder')] });
    const olga = await bench.person('Oma', {}, { operator: true });
    const test = await bench.raise({ places, test: true });
    await bench.after(600);
    expect([await bench.told(test), await bench.row(test, id)]).toEqual([[], undefined]);

    const drill = '018f3c1e-0000-7000-8000-00000000d111';
    await bench.planted.sql('insert into drills (alert_id, organisation_id, started_at) values ($1, $2, now())', [
      drill,
      id,
    ]);
    const press = { test: true, verified: true, places };
    const at = bench.clock.now().toISOString();
    await bench.append({ type: 'raise', newId: drill, at, actor: { kind: 'system' }, press });
    await bench.read();
    await bench.after(15);
    expect(await bench.told(drill)).toEqual(['alert.raised to Rex by push']);
    expect(await bench.story(drill)).toEqual(['1 exhausted: nobody']);
    await bench.planted.sql('update users set operator = false where id = $1', [olga.id]);
  });
});
