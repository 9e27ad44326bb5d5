import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { PresenceCounts } from '../../src/realtime/socket-events.js';
import { channels } from '../../src/redis/redis.keys.js';
import { eventually } from '../support/eventually.js';
import { ask, closeClients, connectResponder, LiveClient, liveResponder } from '../support/live-client.js';
import { OPERATOR_KEY, startRealtimeNode, type RealtimeNode } from '../support/realtime-node.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import { TestClock } from '../support/test-clock.js';

const clock = new TestClock();
let redis: TestRedis;
let database: TestDatabase;
let env: Record<string, string>;
let one: RealtimeNode;
let two: RealtimeNode;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  env = { ...redis.env, DATABASE_URL: database.url };
  one = await startRealtimeNode({ env, clock });
  two = await startRealtimeNode({ env, clock });
});
afterEach(closeClients);
afterAll(async () => {
  await Promise.all([one?.close(), two?.close()]);
  await Promise.all([redis?.stop(), database?.drop()]);
});

describe('presence', () => {
  async function untilPresence(clients: readonly LiveClient[], counts: PresenceCounts): Promise<void> {
    await eventually(() => {
      for (const client of clients) expect(client.presence.at(-1)).toEqual(counts);
      return true;
    });
  }

  it('counts the sockets of all nodes, and tells responders when it changes', async () => {
    const watcher = await liveResponder(one.url);
    const other = await liveResponder(two.url);
    const { receiptToken } = await one.raise();
    const reporter = new LiveClient(two.url, { receiptToken });
    const all = { responders: 2, reporters: 1, nodes: 2, areas: {} };
    await untilPresence([watcher, other], all);
    expect(reporter.presence).toEqual([]);
    expect(one.presence.counts()).toEqual(two.presence.counts());
    other.close();
    await untilPresence([watcher], { responders: 1, reporters: 1, nodes: 2, areas: {} });
  });

  it('forgets a node that says goodbye', async () => {
    const third = await startRealtimeNode({ env, clock });
    await eventually(() => one.presence.counts().nodes === 3);
    await third.close();
    await eventually(() => one.presence.counts().nodes === 2);
    expect(two.presence.counts().nodes).toBe(2);
  });
});

it('a node that falls silent no longer counts', async () => {
  const stranger = connectAsWebsocketUser();
  const presence = { node: randomUUID(), responders: 5, reporters: 0 };
  const message = { uid: 'stranger', nsp: '/', type: 9, data: { packet: ['presence:node', presence] } };
  await stranger.spublish(`${channels.adapterPrefix()}#/#`, JSON.stringify(message));
  await eventually(() => one.presence.counts().responders === 5);
  clock.advance(15_001);
  expect(one.presence.counts()).toEqual({ responders: 0, reporters: 0, nodes: 1, areas: {} });
  // Whoever speaks counts again.
  await liveResponder(two.url);
  await eventually(() => one.presence.counts().responders === 1);
  await stranger.quit();
});

describe('a message on the channels of the adapter that no node sends', () => {
  const channel = `${channels.adapterPrefix()}#/#`;
  const poison = [
    '{"uid":"x","nsp":"/","type":3}',
    '{"uid":"x","nsp":"/","type":3,"data":{"packet":null,"opts":{}}}',
    '{"uid":"x","nsp":"/","type":4,"data":{"opts":{"rooms":1}}}',
    '{"uid":"x","nsp":"/","type":7}',
    '{"uid":"x","nsp":"/","type":8,"data":null}',
    '{"uid":"x","nsp":"/","type":9,"data":{"packet":["error","boom"]}}',
    '{"uid":"x","nsp":"/","type":9,"data":{"packet":["connection",{"boom":1}]}}',
    '{"uid":"x","nsp":"/","type":9,"data":{"packet":["presence:node",{"node":7}]}}',
    '{"uid":"x","nsp":"/","type":9,"data":{"packet":"x"}}',
    '{',
    Buffer.from([0xc0]),
    Buffer.from([0xc1, 0xff, 0x00]),
    '',
  ];

  it('ends no node and no socket', async () => {
    const strays: unknown[] = [];
    const note = (error: unknown) => strays.push(error);
    process.on('unhandledRejection', note).on('uncaughtException', note);
    const [here, there] = [await liveResponder(one.url), await liveResponder(two.url)];
    const attacker = connectAsWebsocketUser();
    for (const message of poison) {
      expect(await attacker.spublish(channel, message)).toBe(2);
      await attacker.publish(channel, message);
    }
    await attacker.quit();
    // Read after the poison, in order: the adapters still work.
    const newcomer = await liveResponder(one.url);
    await eventually(() => there.presence.at(-1)?.responders === 3);
    const { seq } = await two.raise();
    for (const client of [here, there, newcomer]) {
      await client.reached(seq);
      expect(client.disconnects).toEqual([]);
    }
    process.off('unhandledRejection', note).off('uncaughtException', note);
    expect(strays).toEqual([]);
    expect(await redis.admin().acl('LOG')).toEqual([]);
  });
});

function connectAsWebsocketUser(): Redis {
  return new Redis({
    port: redis.port,
    username: redis.env['REDIS_WEBSOCKET_USER']!,
    password: redis.env['REDIS_WEBSOCKET_PASSWORD']!,
    disableClientInfo: true,
  });
}

it('a node that is asked for its sockets tells no credentials', async () => {
  await liveResponder(one.url);
  const { receiptToken } = await one.raise();
  const cookie = 'naboom=a-session-of-somebody';
  const reporter = new LiveClient(one.url, { receiptToken }, { extraHeaders: { cookie } });
  await eventually(() => reporter.snapshots.length > 0);
  const [asker, listener] = [connectAsWebsocketUser(), connectAsWebsocketUser()];
  const answers: string[] = [];
  listener.on('smessage', (_channel: string, text: string) => answers.push(text));
  await listener.ssubscribe(`${channels.adapterPrefix()}#/#asker#`);
  const opts = { rooms: [], except: [], flags: {} };
  const question = { uid: 'asker', nsp: '/', type: 7, data: { opts, requestId: 'q' } };
  await asker.spublish(`${channels.adapterPrefix()}#/#`, JSON.stringify(question));
  await eventually(() => answers.length === 2);
  expect(answers.join()).toContain('"audience"');
  expect(answers.join()).not.toContain(OPERATOR_KEY);
  expect(answers.join()).not.toContain(receiptToken);
  expect(answers.join()).not.toContain(cookie);
  await Promise.all([asker.quit(), listener.quit()]);
});

describe('a node that shuts down', () => {
  it('answers what was asked, lets its clients come back elsewhere and leaves no connection behind', async () => {
    const leaving = await startRealtimeNode({ env, clock });
    const client = await liveResponder(leaving.url);
    // A Redis that hangs makes the answer take a moment.
    redis.pause();
    const { head } = await one.reader.range();
    const asked = ask(client, 'alert:raise', { message: 'just in time' });
    await eventually(async () => (await one.reader.range()).head > head);
    const closed = leaving.close();
    expect(await asked).toMatchObject({ status: 'open', message: 'just in time', realtime: 'delayed' });
    redis.resume();
    await closed;
    await eventually(() => client.disconnects.length > 0);
    expect(client.disconnects).toEqual(['transport close']);
    const names = String(await redis.admin().client('LIST')).match(/name=naboom:\S+/g) ?? [];
    const adapters = names.filter((name) => name.includes('adapter'));
    expect(adapters).toHaveLength(4);
    const refused = connectResponder(leaving.url);
    await eventually(() => refused.refusals.length > 0);
  });
});
