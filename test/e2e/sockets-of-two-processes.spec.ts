import { eventually } from '../support/eventually.js';
import { closeClients, LiveClient } from '../support/live-client.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let redis: TestRedis;
let database: TestDatabase;
let nodes: TestNode[] = [];

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const env = { ...redis.env, DATABASE_URL: database.url };
  nodes = await Promise.all([startTestNode({ env }), startTestNode({ env })]);
});
afterEach(closeClients);
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await Promise.all([redis?.stop(), database?.drop()]);
});

async function raise(node: TestNode): Promise<{ seq: number; realtime: string }> {
  const response = await fetch(`${node.url}/api/v1/emergency/alerts`, { method: 'POST', body: '{"kind":"fire"}' });
  expect(response.status).toBe(201);
  return (await response.json()) as { seq: number; realtime: string };
}

async function connectAll(options = {}): Promise<LiveClient[]> {
  const clients = nodes.map((node) => new LiveClient(node.url, { token: TEST_OPERATOR_KEY }, options));
  for (const client of clients) await eventually(() => client.presence.length > 0, { what: 'a live socket' });
  return clients;
}

it('an alert raised at one process reaches the sockets of both, once and in order, with Redis and without', async () => {
  const clients = await connectAll();
  const seqs: number[] = [];
  for (const node of [...nodes, ...nodes]) seqs.push((await raise(node)).seq);
  await redis.kill9();
  for (const node of nodes) {
    const { seq, realtime } = await raise(node);
    expect(realtime).toBe('delayed');
    seqs.push(seq);
    for (const client of clients) await client.reached(seq, 2000);
  }
  await redis.restart();
  seqs.push((await raise(nodes[0]!)).seq);
  for (const client of clients) {
    await client.reached(seqs.at(-1)!, 2000);
    expect(client.seqs).toEqual(seqs);
    expect(client.disconnects).toEqual([]);
  }
  for (const node of nodes) expect(node.log()).not.toMatch(/unhandled rejection|uncaught/);
});

it('a process that is told to stop lets its clients come back by themselves and ends quietly', async () => {
  const [leaving, staying] = await connectAll({ reconnection: true, reconnectionDelay: 50 });
  const node = nodes[0]!;
  const logged = node.log().length;
  const started = Date.now();
  await node.stop();
  expect(Date.now() - started).toBeLessThan(3000);
  await eventually(() => leaving!.disconnects.length > 0);
  expect(leaving!.disconnects).toEqual(['transport close']);
  expect(leaving!.socket.active).toBe(true);
  await eventually(() => staying!.presence.at(-1)?.nodes === 1);
  expect(node.log().slice(logged)).not.toMatch(
    /Connection is closed|unhandled rejection|uncaught|"level":"(error|fatal)"/,
  );
});
