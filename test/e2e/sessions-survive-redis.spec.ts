import { eventually } from '../support/eventually.js';
import { PeopleClient } from '../support/people-client.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const SESSIONS_DB = 3;

let redis: TestRedis;
let database: TestDatabase;
let nodes: TestNode[];
let here: PeopleClient;
let there: PeopleClient;
beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const env = { ...redis.env, DATABASE_URL: database.url, NABOOM_TRUSTED_PROXIES: '127.0.0.1' };
  nodes = await Promise.all([startTestNode({ env }), startTestNode({ env })]);
  [here, there] = [new PeopleClient(nodes[0]!.url), new PeopleClient(nodes[1]!.url)];
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await redis?.stop();
  await database?.drop();
});

/** The copies in Redis, by key. */
async function copies(): Promise<Record<string, string>> {
  const admin = redis.admin();
  await admin.select(SESSIONS_DB);
  const keys = await admin.keys('*');
  const values = keys.length > 0 ? await admin.mget(keys) : [];
  return Object.fromEntries(keys.map((key, n) => [key, values[n]!]));
}
async function sessionConnections(): Promise<number> {
  const list = String(await redis.admin().client('LIST'));
  return list.split('\n').filter((line) => line.includes('name=naboom:app:sessions')).length;
}
/** By a route that asks for nothing but a session. */
const statusOf = async (client: PeopleClient, token: string) =>
  (await client.send('GET', '/auth/sessions', undefined, { token })).status;

/**
 * The one copy, made by the node of `client`. A node that has no connection to Redis at the time of a request answers
 * without making a copy, and after an outage it waits up to a second between attempts to connect: it is asked again.
 */
async function copyMadeBy(client: PeopleClient, token: string): Promise<Record<string, string>> {
  const asked = async () => {
    expect(await statusOf(client, token)).toBe(200);
    const found = await copies();
    return Object.keys(found).length === 1 && found;
  };
  return eventually(asked, { what: 'the copy of the session' });
}

it('keeps copies under the hash of the token for a day, and nothing that opens the session', async () => {
  const { token } = await here.join('copies@example.com');
  await redis.admin().flushall();
  expect(await statusOf(here, token)).toBe(200);
  const found = Object.entries(await copyMadeBy(here, token));
  expect(found[0]![0]).toMatch(/^naboom:sessions:[0-9a-f]{64}$/);
  expect(found.join()).not.toContain(token.slice(4));
  const admin = redis.admin();
  await admin.select(SESSIONS_DB);
  expect(await admin.ttl(found[0]![0])).toBeGreaterThan(86_000);
});

it('logs nobody out by FLUSHALL, nor without Redis, nor after a restart of a node', async () => {
  const { token } = await here.join('flushed@example.com');
  expect(await statusOf(there, token)).toBe(200);
  await redis.admin().flushall();
  expect([await statusOf(here, token), await statusOf(there, token)]).toEqual([200, 200]);
  await redis.kill9();
  try {
    expect([await statusOf(here, token), await statusOf(there, token)]).toEqual([200, 200]);
  } finally {
    await redis.restart();
  }
});

it('asks Postgres when Redis hangs', async () => {
  const { token } = await here.join('hanging@example.com');
  redis.pause();
  try {
    expect(await statusOf(here, token)).toBe(200);
  } finally {
    redis.resume();
  }
});

describe('what was revoked while Redis was away', () => {
  it('stays revoked when Redis returns with the copy of before', async () => {
    const admin = redis.admin();
    await admin.flushall();
    const { token } = await here.join('revoked@example.com');
    expect(await statusOf(there, token)).toBe(200);
    const before = await copyMadeBy(there, token);
    await redis.kill9();
    expect((await here.send('POST', '/auth/logout', undefined, { token })).status).toBe(204);
    await redis.restart();
    expect(await copies()).toEqual(before); // it did survive
    await eventually(async () => (await sessionConnections()) === nodes.length);
    await eventually(async () => (await statusOf(there, token)) === 401, { withinMs: 3000 });
    expect(await statusOf(here, token)).toBe(401);
    // A node that starts now knows as well.
    const late = await startTestNode({
      env: { ...redis.env, DATABASE_URL: database.url, NABOOM_TRUSTED_PROXIES: '127.0.0.1' },
    });
    try {
      expect(await copies()).toEqual(before);
      expect(await statusOf(new PeopleClient(late.url), token)).toBe(401);
    } finally {
      await late.stop();
    }
  });
});

it('ends every session of a disabled account on each node, and lets it sign in again once enabled', async () => {
  const operator = { token: 'operator-key-of-the-tests-0123456789' };
  const { id, token } = await here.join('disabled@example.com');
  expect([await statusOf(here, token), await statusOf(there, token)]).toEqual([200, 200]);
  expect((await here.send('POST', `/users/${id}/disable`, undefined, { token })).status).toBe(403);
  expect((await here.send('POST', `/users/${id}/disable`, undefined, operator)).status).toBe(204);
  expect([await statusOf(here, token), await statusOf(there, token)]).toEqual([401, 401]);
  expect((await here.login('disabled@example.com')).body.code).toBe('CREDENTIALS_WRONG');
  expect((await here.send('POST', `/users/${id}/enable`, undefined, operator)).status).toBe(204);
  expect((await here.login('disabled@example.com')).status).toBe(200);
  expect((await here.send('POST', '/users/nobody/enable', undefined, operator)).status).toBe(404);
});

it('makes an operator of a person at once, and lets operators look people up', async () => {
  const operator = { token: 'operator-key-of-the-tests-0123456789' };
  const { id, token } = await here.join('boss_1@example.com');
  const users = (as: string) => here.send('GET', '/users?query=boss_1', undefined, { token: as });
  expect((await users(token)).status).toBe(403);
  expect((await here.send('PUT', `/users/${id}/operator`, { operator: true }, operator)).status).toBe(204);
  expect((await users(token)).body).toEqual({
    items: [
      {
        id,
        name: 'Name of boss_1@example.com',
        email: 'boss_1@example.com',
        phone: null,
        operator: true,
        disabled: false,
        createdAt: expect.any(String),
      },
    ],
    next: null,
  });
  await here.join('bossy1@example.com'); // no `_` of the query stands for a letter
  expect((await users(token)).body.items).toHaveLength(1);
  expect((await here.send('PUT', `/users/${id}/operator`, { operator: false }, { token })).status).toBe(204);
  expect((await users(token)).status).toBe(403);
});

it('does without copies on a server that refuses their database, and says so', async () => {
  const { token } = await here.join('nocopies@example.com');
  await redis.admin().call('ACL', 'SETUSER', 'app_user', '-select', '+select|2');
  const node = await startTestNode({ env: { ...redis.env, DATABASE_URL: database.url } });
  try {
    expect(await statusOf(new PeopleClient(node.url), token)).toBe(200);
    await eventually(() => node.log().includes('sessions have no copies in Redis'));
  } finally {
    await node.stop();
    await redis.admin().call('ACL', 'SETUSER', 'app_user', '+select|3');
  }
});
