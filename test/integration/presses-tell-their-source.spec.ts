import { startRealtimeNode, type RealtimeNode } from '../support/realtime-node.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import type { Caller } from '../../src/auth/caller.js';

const NOBODY: Caller = { kind: 'anonymous', rejected: false };
const MACHINE: Caller = {
  kind: 'machine',
  id: 'm',
  name: 'Camera',
  organisationId: '01a20000-0000-7000-8000-000000000003',
  scopes: [],
};

let redis: TestRedis;
let database: TestDatabase;
let node: RealtimeNode;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  node = await startRealtimeNode({ env: { ...redis.env, DATABASE_URL: database.url } });
});
afterAll(async () => {
  await node?.close();
  await Promise.all([redis?.stop(), database?.drop()]);
});

it.each([
  ['web', 'somebody', NOBODY, {}],
  ['app', 'somebody with our app', NOBODY, { source: 'app' }],
  ['web', 'somebody who says something else', NOBODY, { source: 'pigeon' }],
  ['partner', 'a machine', MACHINE, {}],
  ['device', 'a machine that is a device', MACHINE, { source: 'device' }],
])('the source is %s for a press of %s', async (source, _who, caller, body) => {
  const { answer } = await node.alerts.raise({ body, caller });
  expect(await node.reader.byId(answer.id)).toMatchObject({ source });
});
