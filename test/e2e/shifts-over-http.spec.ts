import { randomUUID } from 'node:crypto';
import { square } from '../support/square.js';
import { operator, outcome, useDirectory } from '../support/use-directory.js';

const directory = useDirectory();

/** An organisation with an area and one of each role. */
async function staffed() {
  const { ask, organisation, planted } = directory();
  const id = await organisation();
  const path = `/organisations/${id}`;
  const { body } = await ask(operator, 'POST', `${path}/areas`, { name: 'Hill', geometry: square(28, -26) });
  return {
    id,
    path,
    hill: body.id as string,
    dispatcher: await planted.person('Dora', { [id]: 'dispatcher' }),
    responder: await planted.person('Rex', { [id]: 'responder' }),
    other: await planted.person('Ria', { [id]: 'responder' }),
    member: await planted.person('Mia', { [id]: 'member' }),
  };
}

const fromNow = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
/** A shift of every day at this minute: somebody is on duty now. */
const allWeek = (userId: string) =>
  [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ userId, weekday, start: '00:00', end: '00:00' }));

describe('shifts over HTTP', () => {
  it('are made by dispatchers, seen by those whose they are, and count at once', async () => {
    const { ask, planted } = directory();
    const { id, path, hill, dispatcher, responder, other, member } = await staffed();
    for (const body of allWeek(responder.id)) {
      expect(outcome(await ask(dispatcher, 'POST', `${path}/shifts`, body))).toBe(201);
    }
    const added = await ask(dispatcher, 'POST', `${path}/shifts`, {
      userId: other.id,
      areaId: hill,
      weekday: 3,
      start: '18:30',
      end: '06:05',
    });
    expect(added.body).toEqual({
      id: expect.any(String),
      organisationId: id,
      userId: other.id,
      name: 'Ria',
      areaId: hill,
      weekday: 3,
      start: '18:30',
      end: '06:05',
      createdAt: expect.stringMatching(/Z$/),
    });
    const list = async (who: typeof dispatcher) => (await ask(who, 'GET', `${path}/shifts`)).body.items;
    expect((await list(dispatcher)).length).toBe(8);
    expect(await list(other)).toEqual([added.body]);
    const zones = await planted.sql('select time_zone from organisations where id = $1', [id]);
    expect(zones).toEqual([{ time_zone: 'Africa/Johannesburg' }]);

    const roster = (await ask(dispatcher, 'GET', `${path}/on-duty`)).body;
    const now = { userId: responder.id, name: 'Rex', areaIds: null, by: 'schedule', until: expect.any(String) };
    expect(roster.items).toContainEqual(now);
    expect((await ask(responder, 'GET', `${path}/on-duty`)).body.items).toEqual([now]);
    const wednesday = '2026-11-25T20:00:00Z';
    const items = (await ask(other, 'GET', `${path}/on-duty?at=${wednesday}`)).body.items;
    expect(items).toMatchObject([{ userId: other.id, until: '2026-11-26T04:05:00.000Z' }]);
    const members = (await ask(dispatcher, 'GET', `${path}/members`)).body.items;
    expect(members.find(({ userId }: { userId: string }) => userId === responder.id).duties).toEqual([hill]);

    for (const who of [responder, member]) {
      const shift = { userId: who.id, weekday: 1, start: '00:00', end: '01:00' };
      expect(outcome(await ask(who, 'POST', `${path}/shifts`, shift))).toBe('403 FORBIDDEN');
      expect(outcome(await ask(who, 'DELETE', `${path}/shifts/${added.body.id}`))).toBe('403 FORBIDDEN');
    }
    expect(outcome(await ask(member, 'GET', `${path}/shifts`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(dispatcher, 'DELETE', `${path}/shifts/${added.body.id}`))).toBe(204);
    expect(outcome(await ask(dispatcher, 'DELETE', `${path}/shifts/${added.body.id}`))).toBe('404 NOT_FOUND');
  });

  it('are for those who answer alerts there, in its areas, and bounded', async () => {
    const { ask, planted } = directory();
    const [own, foreign] = [await staffed(), await staffed()];
    const shift = { userId: own.responder.id, weekday: 1, start: '08:00', end: '12:00' };
    const add = async (change: object) =>
      outcome(await ask(own.dispatcher, 'POST', `${own.path}/shifts`, { ...shift, ...change }));
    expect(await add({ userId: own.member.id })).toBe('404 NOT_FOUND');
    expect(await add({ userId: foreign.responder.id })).toBe('404 NOT_FOUND');
    expect(await add({ areaId: foreign.hill })).toBe('404 NOT_FOUND');
    for (const wrong of [{ weekday: 0 }, { weekday: 8 }, { start: '8:00' }, { end: '24:00' }, { userId: 'me' }]) {
      const { status, body } = await ask(own.dispatcher, 'POST', `${own.path}/shifts`, { ...shift, ...wrong });
      expect([status, body.errors.map((each: { path: string }) => each.path)]).toEqual([400, Object.keys(wrong)]);
    }
    await planted.sql(
      `insert into shifts (id, organisation_id, user_id, weekday, start_minute, end_minute, created_at)
       select gen_random_uuid(), $1, $2, 1, 0, 1, now() from generate_series(1, 499)`,
      [own.id, own.responder.id],
    );
    expect([await add({}), await add({})]).toEqual([201, '409 LIMIT_REACHED']);
    const { path, dispatcher, responder } = own;
    // Who no longer answers alerts has none; who is back starts anew.
    await ask(dispatcher, 'PUT', `${path}/members/${responder.id}`, { role: 'member' });
    await ask(dispatcher, 'PUT', `${path}/members/${responder.id}`, { role: 'responder' });
    expect((await ask(dispatcher, 'GET', `${path}/shifts`)).body.items).toEqual([]);
  });
});

describe('overrides over HTTP', () => {
  it('count instead of shifts, and end with the membership', async () => {
    const { ask, planted } = directory();
    const { path, hill, dispatcher, responder, other, member } = await staffed();
    for (const body of allWeek(responder.id)) await ask(dispatcher, 'POST', `${path}/shifts`, body);
    const off = { userId: responder.id, onDuty: false, from: fromNow(-1), until: fromNow(1) };
    const added = await ask(dispatcher, 'POST', `${path}/shift-overrides`, off);
    expect(added.body).toMatchObject({ ...off, name: 'Rex', areaId: null });
    const on = { userId: other.id, areaId: hill, onDuty: true, from: fromNow(-1), until: fromNow(2) };
    expect(outcome(await ask(dispatcher, 'POST', `${path}/shift-overrides`, on))).toBe(201);
    const names = async () =>
      (await ask(dispatcher, 'GET', `${path}/on-duty`)).body.items.map(({ name }: { name: string }) => name);
    expect(await names()).toEqual(['Ria']);
    expect((await ask(responder, 'GET', `${path}/shift-overrides`)).body.items).toEqual([added.body]);
    expect(outcome(await ask(responder, 'POST', `${path}/shift-overrides`, off))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(member, 'GET', `${path}/shift-overrides`))).toBe('403 FORBIDDEN');
    for (const wrong of [
      { until: fromNow(-2) },
      { until: fromNow(-0.5) },
      { until: fromNow(367 * 24) },
      { until: '0000-01-01T00:00:00Z' },
      { until: 'tomorrow' },
    ]) {
      const { status, body } = await ask(dispatcher, 'POST', `${path}/shift-overrides`, { ...off, ...wrong });
      expect([status, body.errors.map((each: { path: string }) => each.path)]).toEqual([400, ['until']]);
    }
    expect(outcome(await ask(dispatcher, 'DELETE', `${path}/shift-overrides/${added.body.id}`))).toBe(204);
    expect(outcome(await ask(dispatcher, 'DELETE', `${path}/shift-overrides/${randomUUID()}`))).toBe('404 NOT_FOUND');
    expect(await names()).toEqual(['Rex', 'Ria']);
    await ask(operator, 'DELETE', `/organisations/${added.body.organisationId}/members/${other.id}`);
    expect(await names()).toEqual(['Rex']);
    expect(await planted.sql('select from shift_overrides where user_id = $1', [other.id])).toEqual([]);
  });

  it('give way to what people say of themselves: who ends a duty is off until the shift is over', async () => {
    const { ask } = directory();
    const { path, hill, dispatcher, responder } = await staffed();
    for (const body of allWeek(responder.id)) await ask(dispatcher, 'POST', `${path}/shifts`, body);
    const roster = async () => (await ask(responder, 'GET', `${path}/on-duty`)).body.items;
    const duty = (method: string) => ask(responder, method, `/areas/${hill}/duty`);
    expect(await roster()).toMatchObject([{ by: 'schedule' }]);
    expect(outcome(await duty('PUT'))).toBe(204);
    expect(await roster()).toMatchObject([{ by: 'person', until: null }]);
    expect(outcome(await duty('DELETE'))).toBe(204);
    expect(await roster()).toEqual([]);
    const [off, ...more] = (await ask(responder, 'GET', `${path}/shift-overrides`)).body.items;
    expect([more, off]).toMatchObject([[], { areaId: hill, onDuty: false }]);
    expect(outcome(await duty('PUT'))).toBe(204);
    expect(await roster()).toMatchObject([{ by: 'person', until: null, areaIds: null }]);
    expect(outcome(await duty('DELETE'))).toBe(204);
    expect(await roster()).toEqual([]);
    expect((await ask(responder, 'GET', `${path}/shift-overrides`)).body.items).toEqual([off]);
  });
});

it('organisations have a time zone by its name', async () => {
  const { ask, organisation } = directory();
  const path = `/organisations/${await organisation()}`;
  const zoneOf = async () => (await ask(operator, 'PATCH', path, { catchAll: false })).body.timeZone;
  expect(await zoneOf()).toBe('Africa/Johannesburg');
  expect((await ask(operator, 'PATCH', path, { timeZone: 'Europe/Berlin' })).body.timeZone).toBe('Europe/Berlin');
  expect(await zoneOf()).toBe('Europe/Berlin');
  for (const timeZone of ['Mars/Base', '+02:00', '']) {
    const { status, body } = await ask(operator, 'PATCH', path, { timeZone });
    expect([status, body.errors[0].path]).toEqual([400, 'timeZone']);
  }
  const name = `Zoned ${randomUUID()}`;
  const made = await ask(operator, 'POST', '/organisations', { name, timeZone: 'America/New_York' });
  expect(made.body).toMatchObject({ name, timeZone: 'America/New_York' });
});
