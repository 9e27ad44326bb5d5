import { randomUUID } from 'node:crypto';
import { operator, outcome, useDirectory, type Who } from '../support/use-directory.js';

const directory = useDirectory();
interface Listed {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly role: string;
  readonly catchAll: boolean;
}

describe('organisations over HTTP', () => {
  it('are made and renamed by operators, with names of their own', async () => {
    const { ask, organisation } = directory();
    const made = await ask(operator, 'POST', '/organisations', { name: ' Blue Watch\u0000 ' });
    expect(made.headers.get('location')).toBe(`/api/v1/organisations/${made.body.id}`);
    expect(made.body).toEqual({
      id: expect.any(String),
      name: 'Blue Watch',
      catchAll: false,
      timeZone: 'Africa/Johannesburg',
      createdAt: expect.stringMatching(/Z$/),
    });
    expect(outcome(await ask(operator, 'POST', '/organisations', { name: 'Blue Watch' }))).toBe('409 NAME_TAKEN');
    const path = `/organisations/${await organisation()}`;
    expect(outcome(await ask(operator, 'PATCH', path, { name: 'Blue Watch' }))).toBe('409 NAME_TAKEN');
    expect((await ask(operator, 'PATCH', path, { name: 'Green Watch' })).body.name).toBe('Green Watch');
    expect(outcome(await ask(operator, 'PATCH', path, {}))).toBe('400 REQUEST_INVALID');
    expect(outcome(await ask(operator, 'PATCH', `/organisations/${randomUUID()}`, { name: 'X' }))).toBe(
      '404 NOT_FOUND',
    );
    expect(outcome(await ask(operator, 'PATCH', '/organisations/none', { name: 'X' }))).toBe('404 NOT_FOUND');
    expect(outcome(await ask(operator, 'POST', '/organisations', { name: '' }))).toBe('400 REQUEST_INVALID');
  });

  it('have one catch-all: who becomes it takes over', async () => {
    const { ask, organisation } = directory();
    const [first, second, third] = [await organisation(), await organisation(), await organisation()];
    const become = (id: string) => ask(operator, 'PATCH', `/organisations/${id}`, { catchAll: true });
    expect(outcome(await become(first))).toBe(200);
    expect((await Promise.all([second, third].map(become))).map(outcome)).toEqual([200, 200]);
    const items: Listed[] = (await ask(operator, 'GET', '/organisations')).body.items;
    const catchAlls = items.filter(({ catchAll }) => catchAll).map(({ id }) => id);
    expect(catchAlls).toHaveLength(1);
    expect([second, third]).toContain(catchAlls[0]);
    expect(items.map(({ id }) => id)).toContain(first);
  });

  it('are seen by those who are in them, and made by none of them', async () => {
    const { ask, organisation, planted } = directory();
    const [own, person] = [await organisation(), await planted.person('Own')];
    expect((await ask(person, 'GET', '/organisations')).body).toEqual({ items: [] });
    await ask(operator, 'PUT', `/organisations/${own}/members/${person.id}`, { role: 'dispatcher' });
    expect((await ask(person, 'GET', '/organisations')).body.items).toMatchObject([{ id: own }]);
    expect(outcome(await ask(person, 'POST', '/organisations', { name: 'Mine' }))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(person, 'PATCH', `/organisations/${own}`, { name: 'Mine' }))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(undefined, 'GET', '/organisations'))).toBe('401 UNAUTHENTICATED');
    expect(outcome(await ask(undefined, 'POST', '/organisations', { name: 'Mine' }))).toBe('401 UNAUTHENTICATED');
  });
});

describe('members over HTTP', () => {
  it('are added by operators by e-mail, phone or id, and change their role at once', async () => {
    const { ask, organisation, planted } = directory();
    const organisationId = await organisation();
    const members = `/organisations/${organisationId}/members`;
    const [ann, ben, cat] = [await planted.person('Ann'), await planted.person('Ben'), await planted.person('Cat')];
    await planted.sql('update users set phone = $2 where id = $1', [ben.id, '+27825550001']);
    const byMail = { login: ` ${ann.id.toUpperCase()}@Example.org`, role: 'dispatcher' };
    const added = await ask(operator, 'POST', members, byMail);
    expect(outcome(added)).toBe(201);
    expect(added.body).toEqual({
      userId: ann.id,
      name: 'Ann',
      email: `${ann.id}@example.org`,
      phone: null,
      role: 'dispatcher',
      duties: [],
    });
    expect(outcome(await ask(operator, 'POST', members, { login: '082 555 0001', role: 'member' }))).toBe(201);
    expect(outcome(await ask(operator, 'POST', members, { login: '082 555 0001', role: 'responder' }))).toBe(200);
    expect(outcome(await ask(operator, 'PUT', `${members}/${cat.id}`, { role: 'member' }))).toBe(200);
    expect(outcome(await ask(ben, 'GET', members))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(ann, 'GET', `/organisations/${organisationId.toUpperCase()}/members`))).toBe(200);
    expect((await ask(ann, 'PUT', `${members}/${cat.id}`, { role: 'dispatcher' })).body.role).toBe('dispatcher');
    const items: Listed[] = (await ask(cat, 'GET', members)).body.items;
    expect(items.map(({ name, role }) => `${name} ${role}`)).toEqual([
      'Ann dispatcher',
      'Ben responder',
      'Cat dispatcher',
    ]);
    expect(outcome(await ask(ann, 'DELETE', `${members}/${cat.id}`))).toBe(204);
    expect(outcome(await ask(cat, 'GET', members))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(ann, 'DELETE', `${members}/${cat.id}`))).toBe('404 NOT_FOUND');
  });

  it('have an account, and a role that there is', async () => {
    const { ask, organisation, planted } = directory();
    const members = `/organisations/${await organisation()}/members`;
    const add = (body: unknown) => ask(operator, 'POST', members, body).then(outcome);
    expect(await add({ login: 'nobody@example.org', role: 'member' })).toBe('404 NOT_FOUND');
    expect(await add({ login: 'what is this', role: 'member' })).toBe('400 REQUEST_INVALID');
    expect(await add({ login: 'nobody@example.org', role: 'operator' })).toBe('400 REQUEST_INVALID');
    expect(await add({ role: 'member' })).toBe('400 REQUEST_INVALID');
    const set = (path: string) => ask(operator, 'PUT', path, { role: 'member' }).then(outcome);
    expect(await set(`${members}/${randomUUID()}`)).toBe('404 NOT_FOUND');
    const { id } = await planted.person('Dan');
    expect(await set(`/organisations/${randomUUID()}/members/${id}`)).toBe('404 NOT_FOUND');
  });

  it('are changed by dispatchers of the same organisation alone', async () => {
    const { ask, organisation, planted } = directory();
    const [own, other] = [await organisation(), await organisation()];
    const [dispatcher, responder] = [
      await planted.person('Eve', { [own]: 'dispatcher' }),
      await planted.person('Fay', { [own]: 'responder' }),
    ];
    const set = (who: Who, where: string) =>
      ask(who, 'PUT', `/organisations/${where}/members/${responder.id}`, { role: 'dispatcher' }).then(outcome);
    expect(await set(dispatcher, other)).toBe('403 FORBIDDEN');
    expect(await set(responder, own)).toBe('403 FORBIDDEN');
    expect(await set(undefined, own)).toBe('401 UNAUTHENTICATED');
    expect(await set(dispatcher, randomUUID())).toBe('403 FORBIDDEN');
    expect(await set(dispatcher, own)).toBe(200);
  });

  it('always have a dispatcher among them, unless an operator takes the last one away', async () => {
    const { ask, organisation, planted } = directory();
    const own = await organisation();
    const members = `/organisations/${own}/members`;
    const gil = await planted.person('Gil', { [own]: 'dispatcher' });
    const hal = await planted.person('Hal', { [own]: 'dispatcher' });
    const each = await Promise.all([
      ask(gil, 'PUT', `${members}/${hal.id}`, { role: 'member' }),
      ask(hal, 'DELETE', `${members}/${gil.id}`),
    ]);
    expect(each.filter(({ status }) => status < 300)).toHaveLength(1);
    const items: Listed[] = (await ask(operator, 'GET', members)).body.items;
    const left = items.find(({ role }) => role === 'dispatcher');
    const last = left?.userId === gil.id ? gil : hal;
    expect(outcome(await ask(last, 'DELETE', `${members}/${last.id}`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(operator, 'DELETE', `${members}/${last.id}`))).toBe(204);
  });
});
