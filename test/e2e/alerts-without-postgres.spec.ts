import { io, type Socket } from 'socket.io-client';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { eventually } from '../support/eventually.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

/** A Redis that takes no alerts either: it would not keep them. */
const KEEPS_NOTHING = { extraLines: ['appendonly no'] };

let redis: TestRedis;
let database: TestDatabase;
let path: TcpProxy;
let node: TestNode;
let responder: Socket;
const seen: number[] = [];

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(KEEPS_NOTHING), createTestDatabase()]);
  const url = new URL(database.url);
  path = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(path.port);
  node = await startTestNode({ env: { ...redis.env, DATABASE_URL: url.href } });
  responder = io(node.url, { auth: { token: TEST_OPERATOR_KEY }, transports: ['websocket'] });
  responder.on('alert', ({ seq }: { seq: number }) => seen.push(seq));
  await new Promise((resolve) => responder.once('snapshot', resolve));
});

afterAll(async () => {
  responder?.disconnect();
  await node?.stop();
  await path?.close();
  await redis?.stop();
  await database?.drop();
});

async function raise(): Promise<{ status: number; retryAfter: string | null; body: { code?: string; seq?: number } }> {
  const response = await fetch(`${node.url}/api/v1/emergency/alerts`, { method: 'POST' });
  const body = (await response.json()) as { code?: string; seq?: number };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

describe('a node that loses Postgres, beside a Redis without a file', () => {
  it('answers 503 with Retry-After in time, is not ready, stays alive, and goes on by itself', async () => {
    expect((await raise()).status).toBe(201);
    await path.cut();
    const started = Date.now();
    const refused = await raise();
    expect(refused).toMatchObject({ status: 503, retryAfter: '2', body: { code: 'DATABASE_UNAVAILABLE' } });
    expect(Date.now() - started).toBeLessThan(5000);
    await eventually(async () => (await fetch(`${node.url}/health/ready`)).status === 503);
    expect((await fetch(`${node.url}/health/live`)).status).toBe(200);
    expect(responder.connected).toBe(true);
    await path.mend();
    const accepted = await eventually(async () => {
      const answer = await raise();
      return answer.status === 201 ? answer : undefined;
    });
    await eventually(() => seen.includes(accepted.body.seq!));
    expect(seen).toEqual(seen.map((_, index) => index + seen[0]!));
  });

  it('shows a responder what another way committed meanwhile', async () => {
    await path.cut();
    const direct = await startTestNode({ env: { ...redis.env, DATABASE_URL: database.url } });
    const response = await fetch(`${direct.url}/api/v1/emergency/alerts`, { method: 'POST' });
    const { seq } = (await response.json()) as { seq: number };
    // The stream alone brings it: this node cannot read the log.
    expect(await eventually(() => seen.includes(seq))).toBe(true);
    await direct.stop();
    await path.mend();
  });
});
