import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config/config.js';
import { Hearing } from '../../src/redis/hearing.js';
import { channels } from '../../src/redis/redis.keys.js';
import { SUBSCRIBER } from '../../src/redis/redis.options.js';
import { openRoleAt } from '../../src/redis/role-client.js';
import { RoleConnections } from '../../src/redis/role-connections.js';
import { eventually } from '../support/eventually.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

let redis: TestRedis;
let websocket: RoleConnections;
beforeAll(async () => {
  redis = await startTestRedis();
  const env = { NABOOM_OPERATOR_KEY: randomBytes(24).toString('hex'), DATABASE_URL: 'postgres://127.0.0.1/unused' };
  websocket = new RoleConnections('websocket', loadConfig({ ...redis.env, ...env }).redis.roles.websocket);
});
afterAll(async () => {
  redis?.resume();
  await websocket?.close();
  await redis?.stop();
});

it('a subscriber leaves a server that hangs, though nobody can speak, and one that never says a word', async () => {
  const subscriber = websocket.openAt(channels.adapterPrefix(), 'hung', SUBSCRIBER);
  const closes: string[] = [];
  let before: string = subscriber.status;
  subscriber.on('connect', () => (before = 'connect'));
  subscriber.on('ready', () => (before = 'ready'));
  subscriber.on('close', () => closes.push(before));
  await eventually(() => subscriber.status === 'ready', { what: 'the subscriber' });
  // Its publisher was never connected: whether the server is there, the subscriber finds out by itself.
  const hearing = new Hearing(subscriber, websocket.commands, 100);
  redis.pause();
  await eventually(() => closes.length >= 2, { withinMs: 12_000, what: 'a second attempt' });
  // The kernel takes connections for a process that stands still: the second one came as far as that.
  expect(closes.slice(0, 2)).toEqual(['ready', 'connect']);
  redis.resume();
  await eventually(() => subscriber.status === 'ready', { what: 'the subscriber again' });
  hearing.stop();
});

it('a connection that is told to connect anew while it looks for its server goes on looking', async () => {
  const place = { kind: 'cluster', nodes: [{ host: '127.0.0.1', port: 1 }] } as const;
  const settings = { ...SUBSCRIBER, naboomRole: 'websocket' } as const;
  const connection = openRoleAt(channels.adapterPrefix(), { place, tls: false, db: 0 }, 'searching', settings);
  try {
    let attempts = 0;
    connection.on('error', () => (attempts += 1));
    await eventually(() => attempts > 0, { what: 'an attempt' });
    expect(connection.status).toBe('connecting');
    connection.disconnect(true);
    const before = attempts;
    await eventually(() => attempts > before + 1, { withinMs: 5000, what: 'further attempts' });
    expect(connection.status).toBe('connecting');
  } finally {
    connection.disconnect();
  }
});
