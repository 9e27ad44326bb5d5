import { randomUUID } from 'node:crypto';
import { AlertsClient, type Answer } from '../support/alerts-client.js';
import { signedIn, type TestPerson } from '../support/people.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let database: TestDatabase;
let redis: TestRedis;
let node: TestNode;
let client: AlertsClient;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  node = await startTestNode({ env: { ...redis.env, DATABASE_URL: database.url } });
  client = new AlertsClient(node.url);
});
afterAll(async () => {
  await node?.stop();
  await redis?.stop();
  await database?.drop();
});

const operator = { headers: { authorization: `Bearer ${TEST_OPERATOR_KEY}` } };
type Who = Pick<TestPerson, 'headers'> | undefined;

function ask(who: Who, method: string, path: string, body?: unknown): Promise<Answer> {
  return client.ask(`/api/v1${path}`, {
    method,
    headers: { ...who?.headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) } as HeadersInit,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
const outcome = ({ status, body }: Answer) => (status < 400 ? status : `${status} ${body.code}`);

async function organisation(name: string = randomUUID(), more: object = {}): Promise<string> {
  const { status, body } = await ask(operator, 'POST', '/organisations', { name, ...more });
  expect(status).toBe(201);
  return body.id;
}

describe('organisations over HTTP', () => {
  it('are made and renamed by operators, with names of their own', async () => {
    const made = await ask(operator, 'POST', '/organisations', { name: ' Blue Watch\u0000 ' });
    expect(made.headers.get('location')).toBe(`/api/v1/organisations/${made.body.id}`);
    expect(made.body).toEqual({
      id: expect.any(String),
      name: 'Blue Watch',
      catchAll: false,
      createdAt: expect.stringMatching(/Z$/),
    });
    expect(outcome(await ask(operator, 'POST', '/organisations', { name: 'Blue Watch' }))).toBe('409 NAME_TAKEN');
    const other = await organisation('Red Watch');
    const path = `/organisations/${other}`;
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
    const [first, second] = [await organisation('First', { catchAll: true }), await organisation('Second')];
    const both = await Promise.all(
      [1, 2].map(() => ask(operator, 'PATCH', `/organisations/${second}`, { catchAll: true })),
    );
    expect(both.map(outcome)).toEqual([200, 200]);
    const { body } = await ask(operator, 'GET', '/organisations');
    const catchAlls = body.items.filter(({ catchAll }: { catchAll: boolean }) => catchAll);
    expect(catchAlls.map(({ id }: { id: string }) => id)).toEqual([second]);
    expect(body.items.map(({ id }: { id: string }) => id)).toContain(first);
  });

  it('are seen by those who are in them, and made by none of them', async () => {
    const [own, person] = [await organisation(), await signedIn(database.url, 'Own')];
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
  it('are added by e-mail, phone or id, and change their role at once', async () => {
    const members = `/organisations/${await organisation()}/members`;
    const [ann, ben, cat] = await Promise.all(['Ann', 'Ben', 'Cat'].map((name) => signedIn(database.url, name)));
    const added = await ask(operator, 'POST', members, { login: ann!.email.toUpperCase(), role: 'dispatcher' });
    expect(outcome(added)).toBe(201);
    expect(added.body).toEqual({
      userId: ann!.id,
      name: 'Ann',
      email: ann!.email,
      phone: ann!.phone,
      role: 'dispatcher',
      duties: [],
    });
    const local = `0${ben!.phone.slice(3, 5)} ${ben!.phone.slice(5)}`;
    expect(outcome(await ask(ann, 'POST', members, { login: local, role: 'member' }))).toBe(201);
    expect(outcome(await ask(ann, 'POST', members, { login: local, role: 'responder' }))).toBe(200);
    expect(outcome(await ask(ben, 'GET', members))).toBe('403 FORBIDDEN');
    expect((await ask(ann, 'PUT', `${members}/${cat!.id}`, { role: 'dispatcher' })).body.role).toBe('dispatcher');
    const { body } = await ask(cat, 'GET', members);
    expect(body.items.map(({ name, role }: { name: string; role: string }) => `${name} ${role}`)).toEqual([
      'Ann dispatcher',
      'Ben responder',
      'Cat dispatcher',
    ]);
    expect(outcome(await ask(ann, 'DELETE', `${members}/${cat!.id}`))).toBe(204);
    expect(outcome(await ask(cat, 'GET', members))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(ann, 'DELETE', `${members}/${cat!.id}`))).toBe('404 NOT_FOUND');
  });

  it('have an account, and a role that there is', async () => {
    const members = `/organisations/${await organisation()}/members`;
    const add = (body: unknown) => ask(operator, 'POST', members, body).then(outcome);
    expect(await add({ login: 'nobody@example.org', role: 'member' })).toBe('404 NOT_FOUND');
    expect(await add({ login: 'what is this', role: 'member' })).toBe('400 REQUEST_INVALID');
    expect(await add({ login: 'nobody@example.org', role: 'operator' })).toBe('400 REQUEST_INVALID');
    expect(await add({ role: 'member' })).toBe('400 REQUEST_INVALID');
    const set = (path: string) => ask(operator, 'PUT', path, { role: 'member' }).then(outcome);
    expect(await set(`${members}/${randomUUID()}`)).toBe('404 NOT_FOUND');
    const person = await signedIn(database.url, 'Dan');
    expect(await set(`/organisations/${randomUUID()}/members/${person.id}`)).toBe('404 NOT_FOUND');
  });

  it('are changed by dispatchers of the same organisation alone', async () => {
    const [own, other] = [await organisation(), await organisation()];
    const [dispatcher, responder] = [await signedIn(database.url, 'Eve'), await signedIn(database.url, 'Fay')];
    await ask(operator, 'PUT', `/organisations/${own}/members/${dispatcher.id}`, { role: 'dispatcher' });
    await ask(operator, 'PUT', `/organisations/${own}/members/${responder.id}`, { role: 'responder' });
    const set = (who: Who, where: string) =>
      ask(who, 'PUT', `/organisations/${where}/members/${responder.id}`, { role: 'dispatcher' }).then(outcome);
    expect(await set(dispatcher, other)).toBe('403 FORBIDDEN');
    expect(await set(responder, own)).toBe('403 FORBIDDEN');
    expect(await set(undefined, own)).toBe('401 UNAUTHENTICATED');
    expect(await set(dispatcher, randomUUID())).toBe('403 FORBIDDEN');
    expect(await set(dispatcher, own)).toBe(200);
  });

  it('always have a dispatcher among them, unless an operator takes the last one away', async () => {
    const members = `/organisations/${await organisation()}/members`;
    const [gil, hal] = [await signedIn(database.url, 'Gil'), await signedIn(database.url, 'Hal')];
    for (const { id } of [gil, hal]) await ask(operator, 'PUT', `${members}/${id}`, { role: 'dispatcher' });
    const each = await Promise.all([
      ask(gil, 'PUT', `${members}/${hal.id}`, { role: 'member' }),
      ask(hal, 'DELETE', `${members}/${gil.id}`),
    ]);
    expect(each.filter(({ status }) => status < 300)).toHaveLength(1);
    const { items } = (await ask(operator, 'GET', members)).body;
    const left = items.find(({ role }: { role: string }) => role === 'dispatcher');
    const last = left.userId === gil.id ? gil : hal;
    expect(outcome(await ask(last, 'DELETE', `${members}/${last.id}`))).toBe('403 FORBIDDEN');
    expect(outcome(await ask(operator, 'DELETE', `${members}/${last.id}`))).toBe(204);
  });
});
