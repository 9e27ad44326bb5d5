import WebSocket from 'ws';
import type { Problem } from '../../src/errors/problem.js';
import { eventually } from '../support/eventually.js';
import { ask, closeClients, LiveClient, liveResponder } from '../support/live-client.js';
import { startRealtimeNode, type RealtimeNode } from '../support/realtime-node.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';

const LISTED_ORIGIN = 'https://control-room.example';

const clock = new TestClock();
let redis: TestRedis;
let database: TestDatabase;
let one: RealtimeNode;
let two: RealtimeNode;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  const env = { ...redis.env, DATABASE_URL: database.url, NABOOM_ALLOWED_ORIGINS: LISTED_ORIGIN };
  one = await startRealtimeNode({ env, clock });
  two = await startRealtimeNode({ env, clock });
});
afterEach(closeClients);
afterAll(async () => {
  await Promise.all([one?.close(), two?.close()]);
  await Promise.all([redis?.stop(), database?.drop()]);
});

/** An object in an object in an object …, within the size that one message may have. */
function nested(depth: number): unknown {
  return JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
}

describe('the handshake', () => {
  it.each([
    ['nothing', {}, 'UNAUTHENTICATED'],
    ['a wrong key', { token: 'not-the-operator-key-at-all' }, 'UNAUTHENTICATED'],
    ['a forged receipt', { receiptToken: `r.${'0'.repeat(32)}.${'A'.repeat(32)}` }, 'UNAUTHENTICATED'],
    ['a token that is no text', { token: { $ne: '' } }, 'REQUEST_INVALID'],
    ['a negative cursor', { token: 'x', cursor: -1 }, 'REQUEST_INVALID'],
    ['a cursor beyond the safe integers', { token: 'x', cursor: 2 ** 53 }, 'REQUEST_INVALID'],
    ['an unknown severity', { token: 'x', severities: ['apocalyptic'] }, 'REQUEST_INVALID'],
  ])('refuses %s with a problem', async (_what, auth, code) => {
    const client = new LiveClient(one.url, auth);
    await eventually(() => client.refusals.length > 0);
    expect(client.refusals[0]!.problem).toMatchObject({ code, type: expect.stringMatching(/^urn:naboom:problem:/) });
    expect(JSON.stringify(client.refusals)).not.toContain('not-the-operator-key-at-all');
  });

  it('refuses the receipt of someone who merely knows the phone number', async () => {
    const contact = { phone: '+27821230002' };
    await one.raise({ contact });
    const again = await one.raise({ contact });
    const client = new LiveClient(one.url, { receiptToken: again.receiptToken });
    await eventually(() => client.refusals.length > 0);
    expect(client.refusals[0]!.problem?.code).toBe('FORBIDDEN');
  });

  it.each([
    ['no Origin', undefined, true],
    ['the own origin', 'own', true],
    ['a listed origin', LISTED_ORIGIN, true],
    ['another origin', 'https://evil.example', false],
    ['the own host name on another port', 'http://127.0.0.1:1', false],
    ['an opaque origin', 'null', false],
  ])('over WebSocket and polling, %s', async (_what, origin, allowed) => {
    const headers: Record<string, string> = origin === undefined ? {} : { origin: origin === 'own' ? one.url : origin };
    expect(await opensWebSocket(headers)).toBe(allowed);
    const refused = { status: 403, body: JSON.stringify({ code: 4, message: 'ORIGIN_FORBIDDEN' }) };
    expect(await poll(headers)).toMatchObject(allowed ? { status: 200 } : refused);
  });
});

it('a message of more than 16 KiB ends the connection, one below does not', async () => {
  const client = await liveResponder(one.url);
  expect(await ask(client, 'alert:raise', { message: 'x'.repeat(16_000) })).toMatchObject({ status: 'open' });
  client.socket.emit('alert:raise', { message: 'x'.repeat(17_000) });
  await eventually(() => client.disconnects.length > 0);
  expect(client.disconnects).toEqual(['transport close']);
});

async function opensWebSocket(headers: Record<string, string>): Promise<boolean> {
  const socket = new WebSocket(`${one.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { headers });
  return new Promise((resolve) => {
    socket.on('error', () => resolve(false));
    socket.on('open', () => {
      socket.close();
      resolve(true);
    });
  });
}

async function poll(headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const response = await fetch(`${one.url}/socket.io/?EIO=4&transport=polling`, { headers });
  return { status: response.status, body: await response.text() };
}

describe('events of clients', () => {
  it('are answered as over HTTP', async () => {
    const client = await liveResponder(one.url);
    const raised = await ask(client, 'alert:raise', { message: 'fire', kind: 'fire', idempotencyKey: 'key-1' });
    expect(raised).toMatchObject({ kind: 'fire', status: 'open', stored: 'postgres', warnings: [] });
    const again = await ask(client, 'alert:raise', { message: 'fire', kind: 'fire', idempotencyKey: 'key-1' });
    expect(again['id']).toBe(raised['id']);
    const { id } = raised;
    const acknowledged = await ask(client, 'alert:acknowledge', { id, note: 'on my way' });
    expect(acknowledged).toMatchObject({ id, status: 'acknowledged', acknowledgements: [{ note: 'on my way' }] });
    expect(await ask(client, 'alert:respond', { id, status: 'on_scene', note: 'here' })).toMatchObject({
      id,
      responses: [{ status: 'on_scene', note: 'here' }],
    });
    expect(await ask(client, 'alert:respond', { id, status: 'asleep' })).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await ask(client, 'alert:update', { id, message: 'second floor' })).toMatchObject({
      id,
      message: 'fire\nsecond floor',
      warnings: [],
    });
    expect(await ask(client, 'alert:resolve', { id, outcome: 'false_alarm' })).toMatchObject({ status: 'resolved' });
    expect(await ask(client, 'alert:reopen', { id, reason: 'smoke' })).toMatchObject({ id, status: 'open' });
    expect(await ask(client, 'alert:resolve', { id, reason: 'safe' })).toMatchObject({ id, status: 'resolved' });
    expect(await ask(client, 'alert:cancel', { id })).toMatchObject({ code: 'ALERT_STATE', status: 409 });
    const other = await ask(client, 'alert:raise', {});
    expect(await ask(client, 'alert:cancel', { id: other['id'] })).toMatchObject({ status: 'cancelled' });
    await client.reached(other['seq'] as number);
  });

  it('let a reporter press again and cancel, and nothing that is for responders', async () => {
    const raised = await one.raise();
    const reporter = new LiveClient(two.url, { receiptToken: raised.receiptToken });
    await eventually(() => reporter.snapshots.length > 0);
    expect(await ask(reporter, 'alert:raise', {})).toMatchObject({ id: raised.id, repeatCount: 1 });
    for (const event of ['alert:acknowledge', 'alert:resolve']) {
      expect(await ask(reporter, event, { id: raised.id })).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(await ask(reporter, 'alert:cancel', { id: raised.id })).toMatchObject({ status: 'cancelled' });
  });

  it.each<[string, string, unknown[], string]>([
    ['an unknown event', 'alert:explode', [{}], 'EVENT_UNKNOWN'],
    ['an event named like a property of objects', 'constructor', [{}], 'EVENT_UNKNOWN'],
    ['an event between nodes', 'presence:node', [{}], 'EVENT_UNKNOWN'],
    ['no payload', 'alert:acknowledge', [], 'REQUEST_INVALID'],
    ['a text for an object', 'alert:acknowledge', ['now'], 'REQUEST_INVALID'],
    ['null', 'alert:resolve', [null], 'REQUEST_INVALID'],
    ['a list', 'alert:cancel', [[1, 2]], 'REQUEST_INVALID'],
    ['a note that is no text', 'alert:acknowledge', [{ id: 'x', note: { deep: true } }], 'REQUEST_INVALID'],
    ['an id of no alert', 'alert:acknowledge', [{ id: 'x' }], 'ALERT_NOT_FOUND'],
    ['deep junk', 'alert:acknowledge', [nested(2000)], 'REQUEST_INVALID'],
    ['binary', 'alert:acknowledge', [Buffer.from('x')], 'REQUEST_INVALID'],
  ])('get a problem for %s', async (_what, event, args, code) => {
    const client = await liveResponder(one.url);
    const answer = (await ask(client, event, ...args)) as unknown as Problem;
    expect(answer).toMatchObject({ code, help: expect.any(String) });
    expect(client.socket.connected).toBe(true);
  });

  it.each<[string, unknown[]]>([
    ['no payload', []],
    ['a text', ['help']],
    ['a list', [[1]]],
    ['deep junk', [{ location: nested(2000), contact: nested(500), message: { a: 1 } }]],
    ['binary', [Buffer.from('x')]],
  ])('are never refused a panic for %s', async (_what, args) => {
    const client = await liveResponder(one.url);
    expect(await ask(client, 'alert:raise', ...args)).toMatchObject({ status: 'open', severity: 'high' });
  });

  it('need no callback', async () => {
    const client = await liveResponder(one.url);
    const { head } = await one.reader.range();
    client.socket.emit('alert:raise', {});
    client.socket.emit('alert:acknowledge', { id: 'x' });
    (client.socket as unknown as { emit(event: string): void }).emit('nonsense');
    await client.reached(head + 1);
    expect(await ask(client, 'alert:resolve', { id: 'x' })).toMatchObject({ code: 'ALERT_NOT_FOUND' });
  });

  it('come at a human pace, but for a panic', async () => {
    const client = await liveResponder(one.url);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(client, 'alert:acknowledge', { id: 'x' })));
    const codes = answers.map(({ code }) => code);
    expect(codes.filter((code) => code === 'ALERT_NOT_FOUND')).toHaveLength(40);
    expect(answers.at(-1)).toMatchObject({ code: 'TOO_MANY_EVENTS', retryAfter: 1 });
    expect(await ask(client, 'alert:raise', {})).toMatchObject({ status: 'open' });
    clock.advance(1000);
    expect(await ask(client, 'alert:acknowledge', { id: 'x' })).toMatchObject({ code: 'ALERT_NOT_FOUND' });
  });
});
