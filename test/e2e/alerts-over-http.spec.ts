import { ALERTS_PATH as PATH } from '../support/alerts-client.js';
import { useNode } from '../support/use-node.js';

const used = useNode();

describe('raising an alert', () => {
  it('answers 201 with all that a client needs', async () => {
    const { status, headers, body } = await used().client.raise({
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
    expect((await used().client.get(`${PATH}/${body.id}`)).body).toMatchObject({ id: body.id, message: 'at the gate' });
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
    expect((await used().client.ask(PATH, { method: 'POST', ...init })).status).toBe(201);
  });

  it('takes a form, and answers a browser with a page', async () => {
    const form = new URLSearchParams({
      kind: 'medical',
      lat: '-25.7',
      lng: '28.1',
      message: '<b>hurt</b>',
      phone: '0820000009',
    });
    const plain = await used().client.ask(PATH, { method: 'POST', body: form });
    expect(plain.body).toMatchObject({ kind: 'medical', location: { lat: -25.7, lng: 28.1 }, message: '<b>hurt</b>' });
    const page = await used().client.ask(PATH, { method: 'POST', body: form, headers: { accept: 'text/html' } });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain(plain.body.reference);
    expect(page.headers.get('content-security-policy')).toContain("'self'");
  });

  it('takes a form that comes in parts, as FormData is sent', async () => {
    const form = new FormData();
    form.set('message', 'in parts');
    form.set('lat', '-25,7');
    form.set('lng', '28,1');
    form.set('photo', new Blob(['x']), 'photo.jpg');
    const { status, body } = await used().client.ask(PATH, { method: 'POST', body: form });
    expect(status).toBe(201);
    expect(body).toMatchObject({ message: 'in parts', location: { lat: -25.7, lng: 28.1 } });
    const headers = { 'content-type': 'multipart/form-data' };
    expect(await used().client.ask(PATH, { method: 'POST', headers, body: 'x' })).toMatchObject({
      status: 400,
      body: { code: 'BODY_UNREADABLE' },
    });
  });

  it('stores a form that another web site posts as unverified', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    const { status, body } = await used().client.ask(PATH, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ message: 'x' }),
    });
    expect(status).toBe(201);
    expect(body.warnings[0]).toContain('unverified');
    expect((await used().client.get(`${PATH}/${body.id}`)).body.verified).toBe(false);
  });

  it('folds repeats of a reporter by receipt and by phone, never by address alone', async () => {
    const contact = { phone: '082 555 0101' };
    const first = await used().client.raise({ severity: 'low', kind: 'crime', contact, location: 'home' });
    const other = await used().client.raise({ severity: 'low' });
    expect(other.body.id).not.toBe(first.body.id);
    const again = await used().client.raise(
      { location: 'road' },
      { authorization: `Bearer ${first.body.receiptToken}` },
    );
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, repeatCount: 1, severity: 'medium' } });
    const byPhone = await used().client.raise({ contact: { phone: '+27825550101' }, message: 'me again' });
    expect(byPhone).toMatchObject({ status: 200, body: { id: first.body.id, repeatCount: 2, severity: 'high' } });
    // Who knows the number only hears back what they said, and their receipt opens nothing.
    expect(byPhone.body).toMatchObject({ location: null, kind: 'panic' });
    const peek = { headers: { authorization: `Bearer ${byPhone.body.receiptToken}` } };
    expect((await used().client.ask(`${PATH}/${first.body.id}`, peek)).status).toBe(403);
    const full = (await used().client.get(`${PATH}/${first.body.id}`)).body;
    expect(full).toMatchObject({ kind: 'crime', location: 'road', trail: ['home'], message: 'me again' });
  });

  it('answers a retry with the same alert, and merges what came later', async () => {
    const key = { 'idempotency-key': 'a-key-that-is-hard-to-guess' };
    const first = await used().client.raise({ message: 'help' }, key);
    const retry = await used().client.raise({ message: 'help' }, key);
    expect(retry.status).toBe(200);
    expect({ ...retry.body, realtime: 'live' }).toEqual(first.body);
    const located = await used().client.raise({ message: 'help', location: { lat: 1, lng: 2 } }, key);
    expect(located).toMatchObject({
      status: 200,
      body: { id: first.body.id, repeatCount: 0, location: { lat: 1, lng: 2 } },
    });
    const short = await used().client.raise({ message: 'help' }, { 'idempotency-key': 'short' });
    expect(short.status).toBe(201);
    expect(short.body.warnings.join()).toContain('Idempotency-Key');
  });

  it('says what is wrong with a body that cannot be read at all', async () => {
    const broken = await used().client.ask(PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a',
    });
    expect(broken).toMatchObject({ status: 400, body: { code: 'BODY_UNREADABLE', status: 400 } });
    expect(broken.headers.get('content-type')).toContain('application/problem+json');
    const large = await used().client.raise({ message: 'x'.repeat(65 * 1024) });
    expect(large).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
  });
});

describe('reading and leading alerts', () => {
  it('lists for responders only, newest first, page by page', async () => {
    expect(await used().client.ask(PATH)).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1)
      ids.unshift((await used().client.raise({ severity: 'critical', kind: 'fire' })).body.id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await used().client.get(`${PATH}?severity=critical&limit=2${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.next ? `&cursor=${body.next}` : '';
    } while (cursor);
    expect(seen.slice(0, 5)).toEqual(ids);
    expect(new Set(seen).size).toBe(seen.length);
    for (const since of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:59']) {
      expect((await used().client.get(`${PATH}?since=${since}`)).body.code).toBe('REQUEST_INVALID');
    }
    const bad = await used().client.get(`${PATH}?limit=0&status=gone&since=monday`);
    expect(bad).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    expect(bad.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['limit', 'since', 'status']);
  });

  it('shows a reporter their own alert, and nobody else', async () => {
    const mine = await used().client.raise({ message: 'mine', location: 'here' });
    const theirs = await used().client.raise({});
    const asReporter = { headers: { authorization: `Bearer ${mine.body.receiptToken}` } };
    const own = await used().client.ask(`${PATH}/${mine.body.id}`, asReporter);
    expect(own).toMatchObject({ status: 200, body: { id: mine.body.id, message: 'mine', location: 'here' } });
    expect(own.body).not.toHaveProperty('contact');
    expect((await used().client.ask(`${PATH}/${theirs.body.id}`, asReporter)).status).toBe(403);
    expect((await used().client.ask(`${PATH}/${mine.body.id}`)).status).toBe(401);
    expect((await used().client.get(`${PATH}/not-an-id`)).body.code).toBe('ALERT_NOT_FOUND');
    expect((await used().client.get(`${PATH}/01a20000-0000-7000-8000-000000000000`)).status).toBe(404);
  });

  it('leads an alert through its life, and refuses what its state forbids', async () => {
    const { body: alert } = await used().client.raise({});
    expect((await used().client.ask(`${PATH}/${alert.id}/resolve`, { method: 'POST' })).status).toBe(401);
    expect((await used().client.step(alert.id, 'acknowledge', { note: 'on our way' })).body).toMatchObject({
      status: 'acknowledged',
    });
    expect((await used().client.step(alert.id, 'acknowledge')).status).toBe(200);
    expect((await used().client.step(alert.id, 'resolve', { reason: 'safe' })).body).toMatchObject({
      status: 'resolved',
      closing: { reason: 'safe', by: { kind: 'operator' } },
    });
    expect(await used().client.step(alert.id, 'cancel')).toMatchObject({ status: 409, body: { code: 'ALERT_STATE' } });
    expect(await used().client.step(alert.id, 'acknowledge', { note: 7 })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
    const { body } = await used().client.get(`${PATH}/${alert.id}/events`);
    expect(body.items.map(({ type }: { type: string }) => type)).toEqual([
      'alert.raised',
      'alert.acknowledged',
      'alert.resolved',
    ]);
    const page = await used().client.get(`${PATH}/${alert.id}/events?limit=2`);
    expect(page.body).toEqual({ items: body.items.slice(0, 2), next: body.items[1].seq });
    const rest = await used().client.get(`${PATH}/${alert.id}/events?cursor=${page.body.next}`);
    expect(rest.body).toEqual({ items: body.items.slice(2), next: null });
  });
});
