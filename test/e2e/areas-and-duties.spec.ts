import { randomUUID } from 'node:crypto';
import { square } from '../support/square.js';
import { operator, outcome, useDirectory } from '../support/use-directory.js';

const directory = useDirectory();

/** An organisation with one of each role. */
async function staffed() {
  const { organisation, planted } = directory();
  const id = await organisation();
  return {
    id,
    areas: `/organisations/${id}/areas`,
    dispatcher: await planted.person('Dora', { [id]: 'dispatcher' }),
    responder: await planted.person('Rex', { [id]: 'responder' }),
    member: await planted.person('Mia', { [id]: 'member' }),
  };
}

describe('areas over HTTP', () => {
  it('are drawn, changed and removed by dispatchers, and seen by every member', async () => {
    const { ask } = directory();
    const { id, areas, dispatcher, responder, member } = await staffed();
    const drawn = await ask(dispatcher, 'POST', areas, { name: 'Zone 1', geometry: square(28, -26) });
    expect(outcome(drawn)).toBe(201);
    expect(drawn.headers.get('location')).toBe(`/api/v1/areas/${drawn.body.id}`);
    expect(drawn.body).toEqual({
      id: expect.any(String),
      organisationId: id,
      name: 'Zone 1',
      geometry: square(28, -26),
      createdAt: expect.stringMatching(/Z$/),
    });
    const path = `/areas/${drawn.body.id}`;
    for (const who of [responder, member]) {
      expect((await ask(who, 'GET', areas)).body).toEqual({ items: [drawn.body] });
      expect(outcome(await ask(who, 'POST', areas, { name: 'Mine', geometry: square(28, -26) }))).toBe('403 FORBIDDEN');
      expect(outcome(await ask(who, 'PUT', path, { name: 'Mine' }))).toBe('403 FORBIDDEN');
      expect(outcome(await ask(who, 'DELETE', path))).toBe('403 FORBIDDEN');
    }
    const { geometry: _geometry, ...rest } = drawn.body;
    expect((await ask(member, 'GET', `${areas}?geometry=false`)).body).toEqual({ items: [rest] });
    expect((await ask(dispatcher, 'PUT', path, { name: 'Zone 2' })).body).toEqual({ ...drawn.body, name: 'Zone 2' });
    const moved = await ask(dispatcher, 'PUT', path, { geometry: square(28.5, -26) });
    expect(moved.body).toEqual({ ...drawn.body, name: 'Zone 2', geometry: square(28.5, -26) });
    expect(outcome(await ask(dispatcher, 'DELETE', path))).toBe(204);
    expect((await ask(operator, 'GET', areas)).body).toEqual({ items: [] });
    expect(outcome(await ask(operator, 'DELETE', path))).toBe('404 NOT_FOUND');
    expect(outcome(await ask(dispatcher, 'DELETE', path))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(undefined, 'DELETE', path))).toBe('401 UNAUTHENTICATED');
  });

  it('are home to people of their organisation alone; others cannot tell them from none', async () => {
    const { ask } = directory();
    const [own, other] = [await staffed(), await staffed()];
    const draw = async ({ dispatcher, areas }: typeof own, name: string) =>
      (await ask(dispatcher, 'POST', areas, { name, geometry: square(28, -26) })).body.id as string;
    const [near, near2, far] = [await draw(own, 'Near'), await draw(own, 'Near 2'), await draw(other, 'Far')];
    const settle = (areas: string[]) => ask(own.member, 'PUT', '/auth/home-areas', { areas });
    const homes = async () => (await ask(own.member, 'GET', '/auth/me')).body.user.homeAreas;
    expect(outcome(await settle([near, near2]))).toBe(204);
    const [foreign, unknown] = [await settle([near, far]), await settle([near, randomUUID()])];
    expect([outcome(foreign), foreign.body.detail]).toEqual(['404 NOT_FOUND', unknown.body.detail]);
    expect(outcome(unknown)).toBe('404 NOT_FOUND');
    expect(await homes()).toEqual([near, near2].toSorted());
    expect(outcome(await settle([near2, near2]))).toBe(204);
    expect(await homes()).toEqual([near2]);
  });

  it('are nobody else’s', async () => {
    const { ask, planted } = directory();
    const [own, other] = [await staffed(), await staffed()];
    const { body } = await ask(other.dispatcher, 'POST', other.areas, { name: 'Far', geometry: square(28, -26) });
    for (const who of [own.dispatcher, own.responder, undefined]) {
      const refused = who ? '403 FORBIDDEN' : '401 UNAUTHENTICATED';
      expect(outcome(await ask(who, 'GET', other.areas))).toBe(refused);
      expect(outcome(await ask(who, 'POST', other.areas, { name: 'X', geometry: square(28, -26) }))).toBe(refused);
      expect(outcome(await ask(who, 'POST', `${other.areas}/import`, {}))).toBe(refused);
      expect(outcome(await ask(who, 'PUT', `/areas/${body.id}`, { name: 'X' }))).toBe(refused);
      expect(outcome(await ask(who, 'DELETE', `/areas/${body.id}`))).toBe(refused);
      expect(outcome(await ask(who, 'PUT', `/areas/${body.id}/duty`))).toBe(refused);
      expect(outcome(await ask(who, 'PUT', `/areas/${body.id}/duties/${own.responder.id}`))).toBe(refused);
    }
    const duty = `/areas/${body.id}/duties/${own.responder.id}`;
    expect(outcome(await ask(other.dispatcher, 'PUT', duty))).toBe('404 NOT_FOUND');
    // To dispatch in one organisation helps nothing in another one.
    const both = await planted.person('Bo', { [own.id]: 'dispatcher', [other.id]: 'member' });
    const drawn = { name: 'X', geometry: square(28, -26) };
    expect(outcome(await ask(both, 'POST', other.areas, drawn))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(both, 'POST', `${other.areas}/import`, drawn))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(both, 'PUT', `/areas/${body.id}`, drawn))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(both, 'POST', own.areas, drawn))).toBe(201);
  });

  it('have a name of their own in the organisation, and a shape', async () => {
    const { ask } = directory();
    const [{ areas, dispatcher }, other] = [await staffed(), await staffed()];
    const draw = (where: string, name: string, geometry: unknown) =>
      ask(operator, 'POST', where, { name, geometry }).then(outcome);
    expect(await draw(areas, 'Zone', square(28, -26))).toBe(201);
    expect(await draw(areas, 'Zone', square(28, -26))).toBe('409 NAME_TAKEN');
    expect(await draw(other.areas, 'Zone', square(28, -26))).toBe(201);
    expect(await draw(`/organisations/${randomUUID()}/areas`, 'Zone', square(28, -26))).toBe('404 NOT_FOUND');
    expect(await draw(areas, 'Point', { type: 'Point', coordinates: [28, -26] })).toBe('400 GEOMETRY_INVALID');
    expect(await draw(areas, 'Swapped', square(-26.1, 28))).toBe('400 GEOMETRY_INVALID');
    expect(await draw(areas, 'None', undefined)).toBe('400 REQUEST_INVALID');
    const { body } = await ask(dispatcher, 'POST', areas, { name: 'Other', geometry: square(28, -26) });
    expect(outcome(await ask(dispatcher, 'PUT', `/areas/${body.id}`, { name: 'Zone' }))).toBe('409 NAME_TAKEN');
    expect(outcome(await ask(dispatcher, 'PUT', `/areas/${body.id}`, {}))).toBe('400 REQUEST_INVALID');
  });
});

describe('duties over HTTP', () => {
  it('are begun and ended by oneself or by a dispatcher, and end with the role and the area', async () => {
    const { ask, planted } = directory();
    const { id, areas, dispatcher, responder, member } = await staffed();
    const draw = (name: string) => ask(dispatcher, 'POST', areas, { name, geometry: square(28, -26) });
    const [one, two] = [(await draw('One')).body.id as string, (await draw('Two')).body.id as string];
    const dutiesOf = async (userId: string): Promise<string[]> => {
      const { items } = (await ask(dispatcher, 'GET', `/organisations/${id}/members`)).body;
      return items.find((item: { userId: string }) => item.userId === userId).duties;
    };
    const changesOf = async (userId: string) =>
      (await planted.sql('select from directory_changes where user_id = $1', [userId])).length;

    for (const _again of [1, 2]) expect(outcome(await ask(responder, 'PUT', `/areas/${one}/duty`))).toBe(204);
    expect(await changesOf(responder.id)).toBe(1);
    expect(outcome(await ask(dispatcher, 'PUT', `/areas/${two}/duties/${responder.id}`))).toBe(204);
    expect(await dutiesOf(responder.id)).toEqual([one, two].sort());
    expect(outcome(await ask(responder, 'PUT', `/areas/${two}/duties/${dispatcher.id}`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(member, 'PUT', `/areas/${one}/duty`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(dispatcher, 'PUT', `/areas/${one}/duties/${member.id}`))).toBe('404 NOT_FOUND');
    expect(outcome(await ask(operator, 'PUT', `/areas/${one}/duty`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(responder, 'DELETE', `/areas/${one}/duty`))).toBe(204);
    expect(await dutiesOf(responder.id)).toEqual([two]);
    expect(await changesOf(responder.id)).toBe(3);

    await planted.sql('insert into home_areas (user_id, area_id) values ($1, $2)', [member.id, two]);
    expect(outcome(await ask(dispatcher, 'DELETE', `/areas/${two}`))).toBe(204);
    expect(await dutiesOf(responder.id)).toEqual([]);
    expect([await changesOf(responder.id), await changesOf(member.id)]).toEqual([4, 1]);

    await ask(responder, 'PUT', `/areas/${one}/duty`);
    await ask(dispatcher, 'PUT', `/organisations/${id}/members/${responder.id}`, { role: 'member' });
    expect(await dutiesOf(responder.id)).toEqual([]);
    expect(outcome(await ask(responder, 'PUT', `/areas/${one}/duty`))).toBe('403 FORBIDDEN');
  });
});
