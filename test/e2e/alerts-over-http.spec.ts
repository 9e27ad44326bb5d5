import { startTestNode, TEST_OPERATOR_KEY, type TestNode } from '../support/test-node.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import { eventually } from '../support/eventually.js';

const PATH = '/api/v1/emergency/alerts';
const AS_OPERATOR = { authorization: `Bearer ${TEST_OPERATOR_KEY}` };

// Bodies are what these tests are about, so they stay as loose as JSON.
type Json = ReturnType<typeof JSON.parse>;
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

let redis: TestRedis;
let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  [redis, database] = await Promise.all([startTestRedis(), createTestDatabase()]);
  node = await startTestNode({ env: { ...redis.env, DATABASE_URL: database.url } });
});

afterAll(async () => {
  await node?.stop();
  await redis?.stop();
  await database?.drop();
});

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(node.url + path, init);
  const text = await response.text();
  const body: Json = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}

function raise(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const json = { 'content-type': 'application/json', ...headers };
  return ask(PATH, { method: 'POST', headers: json, body: JSON.stringify(body) });
}

const step = (id: string, name: string, body?: unknown) =>
  ask(`${PATH}/${id}/${name}`, {
    method: 'POST',
    headers: { ...AS_OPERATOR, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const get = (path: string) => ask(path, { headers: AS_OPERATOR });

describe('raising an alert', () => {
  it('answers 201 with all that a client needs', async () => {
    const { status, headers, body } = await raise({
      severity: 'medium',
      location: { lat: -25.75, lng: 28.19 },
      message: 'at the gate',
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${PATH}/${body.id}`);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      reference: expect.stringMatching(/^NB-[0-9A-HJKMNP-TV-Z]{5}$/),
      status: 'open',
      severity: 'medium',
      kind: 'panic',
      location: { lat: -25.75, lng: 28.19 },
      message: 'at the gate',
      test: false,
      repeatCount: 0,
      openedAt: expect.stringMatching(/Z$/),
      updatedAt: body.openedAt,
      seq: expect.any(Number),
      stored: 'postgres',
      realtime: 'live',
      receiptToken: expect.any(String),
      warnings: [],
    });
    expect((await get(`${PATH}/${body.id}`)).body).toMatchObject({ id: body.id, message: 'at the gate' });
  });

  it.each([
    ['no body at all', {}],
    ['an empty JSON body', { headers: { 'content-type': 'application/json' }, body: '' }],
    ['a beacon', { headers: { 'content-type': 'text/plain' }, body: '{"kind":"fire"}' }],
    ['JSON that curl calls a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '{}' }],
    ['fields that cannot be read', { body: '{"severity":"?","location":7,"message":[1],"contact":"x","test":"?"}' }],
    ['a token that is not ours', { headers: { authorization: 'Bearer expired' }, body: '{}' }],
    ['JSON that is no object', { body: '[]' }],
  ])('never refuses %s', async (_name, init: RequestInit) => {
    expect((await ask(PATH, { method: 'POST', ...init })).status).toBe(201);
  });

  it('takes a form, and answers a browser with a page', async () => {
    const form = new URLSearchParams({
      kind: 'medical',
      lat: '-25.7',
      lng: '28.1',
      message: '<b>hurt</b>',
      phone: '0820000009',
    });
    const plain = await ask(PATH, { method: 'POST', body: form });
    expect(plain.body).toMatchObject({ kind: 'medical', location: { lat: -25.7, lng: 28.1 }, message: '<b>hurt</b>' });
    const page = await ask(PATH, { method: 'POST', body: form, headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain(plain.body.reference);
    expect(page.headers.get('content-security-policy')).toContain("'self'");
  });

  it('stores a form that another web site posts as unverified', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    const { status, body } = await ask(PATH, { method: 'POST', headers, body: new URLSearchParams({ message: 'x' }) });
    expect(status).toBe(201);
    expect(body.warnings[0]).toContain('unverified');
    expect((await get(`${PATH}/${body.id}`)).body.verified).toBe(false);
  });

  it('folds repeats of a reporter by receipt and by phone, never by address alone', async () => {
    const contact = { phone: '082 555 0101' };
    const first = await raise({ severity: 'low', contact, location: 'home' });
    const other = await raise({ severity: 'low' });
    expect(other.body.id).not.toBe(first.body.id);
    const again = await raise({ location: 'road' }, { authorization: `Bearer ${first.body.receiptToken}` });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, repeatCount: 1, severity: 'medium' } });
    const byPhone = await raise({ contact: { phone: '+27825550101' }, message: 'me again' });
    expect(byPhone).toMatchObject({ status: 200, body: { id: first.body.id, repeatCount: 2, severity: 'high' } });
    // Who knows the number only hears back what they said, and their receipt opens nothing.
    expect(byPhone.body.location).toBeNull();
    const peek = { headers: { authorization: `Bearer ${byPhone.body.receiptToken}` } };
    expect((await ask(`${PATH}/${first.body.id}`, peek)).status).toBe(403);
    const full = (await get(`${PATH}/${first.body.id}`)).body;
    expect(full).toMatchObject({ location: 'road', trail: ['home'], message: 'me again' });
  });

  it('answers a retry with the same alert, and merges what came later', async () => {
    const key = { 'idempotency-key': 'a-key-that-is-hard-to-guess' };
    const first = await raise({ message: 'help' }, key);
    const retry = await raise({ message: 'help' }, key);
    expect(retry.status).toBe(200);
    expect({ ...retry.body, realtime: 'live' }).toEqual(first.body);
    const located = await raise({ message: 'help', location: { lat: 1, lng: 2 } }, key);
    expect(located).toMatchObject({
      status: 200,
      body: { id: first.body.id, repeatCount: 0, location: { lat: 1, lng: 2 } },
    });
    const short = await raise({ message: 'help' }, { 'idempotency-key': 'short' });
    expect(short.status).toBe(201);
    expect(short.body.warnings.join()).toContain('Idempotency-Key');
  });

  it('says what is wrong with a body that cannot be read at all', async () => {
    const broken = await ask(PATH, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a' });
    expect(broken).toMatchObject({ status: 400, body: { code: 'BODY_UNREADABLE', status: 400 } });
    expect(broken.headers.get('content-type')).toContain('application/problem+json');
    const large = await raise({ message: 'x'.repeat(65 * 1024) });
    expect(large).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
  });
});

describe('reading and leading alerts', () => {
  it('lists for responders only, newest first, page by page', async () => {
    expect(await ask(PATH)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.unshift((await raise({ severity: 'critical', kind: 'fire' })).body.id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await get(`${PATH}?severity=critical&limit=2${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.next ? `&cursor=${body.next}` : '';
    } while (cursor);
    expect(seen.slice(0, 5)).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
    const bad = await get(`${PATH}?limit=0&status=gone&since=monday`);
    expect(bad).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    expect(bad.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['limit', 'since', 'status']);
  });

  it('shows a reporter their own alert, and nobody else', async () => {
    const mine = await raise({ message: 'mine', location: 'here' });
    const theirs = await raise({});
    const asReporter = { headers: { authorization: `Bearer ${mine.body.receiptToken}` } };
    const own = await ask(`${PATH}/${mine.body.id}`, asReporter);
    expect(own).toMatchObject({ status: 200, body: { id: mine.body.id, message: 'mine', location: 'here' } });
    expect(own.body).not.toHaveProperty('contact');
    expect((await ask(`${PATH}/${theirs.body.id}`, asReporter)).status).toBe(403);
    expect((await ask(`${PATH}/${mine.body.id}`)).status).toBe(401);
    expect((await get(`${PATH}/not-an-id`)).body.code).toBe('ALERT_NOT_FOUND');
    expect((await get(`${PATH}/01a20000-0000-7000-8000-000000000000`)).status).toBe(404);
  });

  it('leads an alert through its life, and refuses what its state forbids', async () => {
    const { body: alert } = await raise({});
    expect((await ask(`${PATH}/${alert.id}/resolve`, { method: 'POST' })).status).toBe(401);
    expect((await step(alert.id, 'acknowledge', { note: 'on our way' })).body).toMatchObject({
      status: 'acknowledged',
    });
    expect((await step(alert.id, 'acknowledge')).status).toBe(200);
    expect((await step(alert.id, 'resolve', { reason: 'safe' })).body).toMatchObject({
      status: 'resolved',
      closing: { reason: 'safe', by: { kind: 'operator' } },
    });
    expect(await step(alert.id, 'cancel')).toMatchObject({ status: 409, body: { code: 'ALERT_CLOSED' } });
    expect(await step(alert.id, 'acknowledge', { note: 7 })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
    const { body } = await get(`${PATH}/${alert.id}/events`);
    expect(body.items.map(({ type }: { type: string }) => type)).toEqual([
      'alert.raised',
      'alert.acknowledged',
      'alert.resolved',
    ]);
  });
});

describe('after the commit', () => {
  it('adds the alert to its stream, the cache and the broadcast channel, each as its own user', async () => {
    const admin = redis.admin();
    const subscriber = redis.admin();
    const broadcast = new Promise<Json>((resolve) =>
      subscriber.on('message', (_channel, text) => resolve(JSON.parse(text))),
    );
    await subscriber.subscribe('emergency:broadcast');
    const { body } = await raise({ severity: 'low', kind: 'hazard' });
    expect(await broadcast).toMatchObject({ seq: body.seq, type: 'alert.raised', alert: { id: body.id } });
    await admin.select(4);
    const [last] = await admin.xrevrange('panic:alerts:low', '+', '-', 'COUNT', 1);
    expect(last?.[1].slice(0, 4)).toEqual(['seq', String(body.seq), 'type', 'alert.raised']);
    await admin.select(0);
    const cacheKey = `naboom:cache:1:emergency:alert:${body.id}`;
    await eventually(async () => (await admin.get(cacheKey)) !== null);
    expect(await admin.ttl(cacheKey)).toBeGreaterThan(3500);
    const denials = (await admin.acl('LOG')) as unknown[];
    expect(denials).toEqual([]);
    admin.disconnect();
    subscriber.disconnect();
  });

  it('answers 201 with realtime "delayed" while Redis hangs or is away, in time', async () => {
    redis.pause();
    const started = Date.now();
    const hung = await raise({ message: 'redis hangs' });
    expect(hung).toMatchObject({ status: 201, body: { stored: 'postgres', realtime: 'delayed' } });
    expect(Date.now() - started).toBeLessThan(1000);
    redis.resume();
    await redis.kill9();
    const away = await raise({ message: 'redis is away' });
    expect(away).toMatchObject({ status: 201, body: { realtime: 'delayed' } });
    expect((await ask('/health/ready')).status).toBe(200);
    await redis.restart();
    await eventually(async () => (await raise({})).body.realtime === 'live');
    expect((await get(`${PATH}/${away.body.id}`)).body.message).toBe('redis is away');
  });

  it('says nothing secret and nothing personal in its log', async () => {
    await raise({
      message: 'planted-message',
      contact: { name: 'planted-name', phone: '0825550199' },
      location: 'planted-place',
    });
    const log = node.log();
    for (const planted of ['planted', '825550199', TEST_OPERATOR_KEY, ...passwords()])
      expect(log).not.toContain(planted);
  });
});

function passwords(): string[] {
  return Object.entries(redis.env).flatMap(([name, value]) => (name.endsWith('PASSWORD') ? [value] : []));
}
