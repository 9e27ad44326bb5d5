import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { PeopleClient } from '../support/people-client.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const [OURS, THEIRS] = ['01a20000-0000-7000-8000-000000000001', '01a20000-0000-7000-8000-000000000002'];

let redis: TestRedis;
let database: TestDatabase;
let node: TestNode;
let people: PeopleClient;
let sql: Client;
beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  node = await startTestNode({
    env: { ...redis.env, DATABASE_URL: database.url, NABOOM_TRUSTED_PROXIES: '127.0.0.1' },
  });
  people = new PeopleClient(node.url);
  sql = new Client({ connectionString: database.url });
  await sql.connect();
  await sql.query(
    `insert into organisations (id, name, created_at) values ('${OURS}', 'Ours', now()), ('${THEIRS}', 'Theirs', now())`,
  );
});
afterAll(async () => {
  await sql?.end();
  await node?.stop();
  await redis?.stop();
  await database?.drop();
});

async function memberOf(organisation: string, role: string): Promise<string> {
  const email = `${role}.${organisation.at(-1)}@example.com`;
  await people.register(email);
  await sql.query(
    `insert into memberships select '${organisation}', id, '${role}' from users where email = '${email}'`,
  );
  return (await people.login(email)).body.token;
}

it('lets dispatchers of an organisation, and operators, make, see and revoke its keys', async () => {
  const dispatcher = { token: await memberOf(OURS!, 'dispatcher') };
  const stranger = { token: await memberOf(THEIRS!, 'dispatcher') };
  const responder = { token: await memberOf(OURS!, 'responder') };
  const path = `/organisations/${OURS}/api-keys`;
  const body = { name: 'siren', scopes: ['alerts:read', 'alerts:read'] };
  for (const who of [stranger, responder]) {
    expect((await people.send('POST', path, body, who)).status).toBe(403);
    expect((await people.send('GET', path, undefined, who)).status).toBe(403);
  }
  expect((await people.send('POST', path, body)).status).toBe(401);
  expect((await people.send('POST', path, { name: ' ', scopes: ['all'] }, dispatcher)).body.errors).toHaveLength(2);
  const made = await people.send('POST', path, body, dispatcher);
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'siren', scopes: ['alerts:read'], key: expect.stringMatching(/^nbk_/) },
  });
  const { id, key } = made.body;
  const listed = await people.send('GET', path, undefined, { token: TEST_OPERATOR_KEY });
  expect(listed.body.items).toEqual([
    {
      id,
      name: 'siren',
      scopes: ['alerts:read'],
      createdAt: expect.any(String),
      createdBy: expect.any(String),
      lastUsedAt: null,
    },
  ]);
  // Known, but no person: a key makes no keys.
  expect((await people.send('GET', path, undefined, { token: key })).status).toBe(403);
  expect((await people.me(key)).status).toBe(403);
  for (const who of [stranger, responder, { token: key }]) {
    expect((await people.send('DELETE', `/api-keys/${id}`, undefined, who)).status).toBe(404);
  }
  expect((await people.send('DELETE', `/api-keys/${id}`, undefined, dispatcher)).status).toBe(204);
  expect((await people.send('GET', path, undefined, { token: key })).status).toBe(401);
  expect((await people.send('DELETE', `/api-keys/${id}`, undefined, dispatcher)).status).toBe(404);
});
