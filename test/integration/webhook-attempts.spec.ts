import type { ServerResponse } from 'node:http';
import { DELIVERY_LIMITS } from '../../src/notifications/deliver-webhooks.js';
import { Deliveries } from '../../src/notifications/deliveries.js';
import { AllowedHosts } from '../../src/notifications/webhook-target.js';
import { eventually } from '../support/eventually.js';
import { DeliveryBench } from '../support/delivery-bench.js';
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from '../support/webhook-receiver.js';

/** Nobody listens there. */
const CLOSED = 'http://127.0.0.1:1/';

let bench: DeliveryBench;
let receiver: WebhookReceiver;

beforeAll(async () => {
  bench = await DeliveryBench.open();
});
beforeEach(async () => {
  receiver = await startWebhookReceiver(WEBHOOK_SECRET);
  await bench.reset();
});
afterEach(async () => receiver.close());
afterAll(async () => bench.close());

describe('a delivery', () => {
  it('is signed per Standard Webhooks and carries what responders see', async () => {
    const id = await bench.deliveryTo(receiver.url());
    expect(await bench.attempt(id)).toEqual({ outcome: 'delivered', attempts: 1 });
    expect(receiver.refused).toEqual([]);
    const [webhook] = receiver.received;
    expect(webhook?.id).toBe(id);
    expect(webhook?.body.type).toBe('alert.raised');
    expect(webhook?.body.data.alert).toMatchObject({ severity: 'high', message: 'planted message' });
    expect((await bench.row(id)).status).toBe('delivered');
  });

  it('happens once, however often its job runs', async () => {
    const id = await bench.deliveryTo(receiver.url());
    let finish: (() => void) | undefined;
    receiver.answer = (response) => (finish = () => void response.writeHead(200).end());
    const first = bench.attempt(id);
    await eventually(() => finish !== undefined);
    expect(await bench.attempt(id)).toEqual({ outcome: 'not due' });
    finish!();
    expect(await first).toEqual({ outcome: 'delivered', attempts: 1 });
    expect(await bench.attempt(id)).toEqual({ outcome: 'not due' });
    expect(receiver.received).toHaveLength(1);
  });

  it('is tried again with back-off while the receiver is down, and is dead after twelve attempts', async () => {
    const id = await bench.deliveryTo(CLOSED);
    const waits: number[] = [];
    for (let tries = 1; tries < 12; tries++) {
      expect(await bench.attempt(id)).toEqual({ outcome: 'retry', attempts: tries });
      const { waitMs, lastError } = await bench.row(id);
      expect(lastError).toBe('ECONNREFUSED');
      waits.push(waitMs);
      bench.clock.advance(waitMs - 1);
      expect(await bench.attempt(id)).toEqual({ outcome: 'not due' });
      bench.clock.advance(1);
    }
    waits.forEach((wait, index) => {
      const usual = Math.min(5000 * 2 ** index, 3_600_000);
      expect(wait).toBeGreaterThanOrEqual(usual * 0.8);
      expect(wait).toBeLessThanOrEqual(usual * 1.2);
    });
    expect(await bench.attempt(id)).toEqual({ outcome: 'dead', attempts: 12 });
    expect(await bench.attempt(id)).toEqual({ outcome: 'not due' });
  });

  it('is dead at once when the receiver is gone for good', async () => {
    const id = await bench.deliveryTo(receiver.url());
    receiver.answer = (response) => void response.writeHead(410).end();
    expect(await bench.attempt(id)).toEqual({ outcome: 'dead', attempts: 1 });
    expect(await bench.row(id)).toMatchObject({ status: 'dead', lastError: 'HTTP 410' });
  });

  it('waits as long as the receiver asks', async () => {
    const id = await bench.deliveryTo(receiver.url());
    receiver.answer = (response) => void response.writeHead(429, { 'retry-after': '600' }).end();
    await bench.attempt(id);
    expect((await bench.row(id)).waitMs).toBe(600_000);
  });

  it('follows no redirect', async () => {
    const id = await bench.deliveryTo(receiver.url('/first'));
    receiver.answer = (response) => void response.writeHead(307, { location: receiver.url('/second') }).end();
    expect(await bench.attempt(id)).toEqual({ outcome: 'retry', attempts: 1 });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/first']);
  });

  it.each([
    ['answers nothing', () => undefined],
    ['ends no headers', (response: ServerResponse) => void response.socket?.write('HTTP/1.1 200 OK\r\n')],
    ['ends no body', (response: ServerResponse) => void response.writeHead(200).write('never ends')],
  ])('is given up in time when the receiver %s', async (_case, answer) => {
    const id = await bench.deliveryTo(receiver.url());
    receiver.answer = answer;
    const started = Date.now();
    expect(await bench.attempt(id, { limits: { requestMs: 300 } })).toEqual({ outcome: 'retry', attempts: 1 });
    expect(Date.now() - started).toBeLessThan(2000);
    expect((await bench.row(id)).lastError).toBe('no answer in time');
  });

  it('is given up in time when the name look-up hangs', async () => {
    const id = await bench.deliveryTo('https://hangs.example/');
    const resolve = () => new Promise<never>(() => undefined);
    expect(await bench.attempt(id, { limits: { requestMs: 200 }, settings: { resolve } })).toMatchObject({
      outcome: 'retry',
    });
    expect((await bench.row(id)).lastError).toBe('no answer in time');
  });

  it('reads no more of an answer than its limit, and counts it', async () => {
    const id = await bench.deliveryTo(receiver.url());
    let cut: (() => void) | undefined;
    const wasCut = new Promise<void>((resolve) => (cut = resolve));
    receiver.answer = (response) => {
      response.on('close', () => cut!());
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    expect(await bench.attempt(id)).toEqual({ outcome: 'delivered', attempts: 1 });
    await wasCut;
  });

  it('stops when its job is aborted, and is tried again', async () => {
    const id = await bench.deliveryTo(receiver.url());
    const stop = new AbortController();
    receiver.answer = () => stop.abort();
    expect(await bench.attempt(id, { signal: stop.signal })).toEqual({ outcome: 'retry', attempts: 1 });
  });

  it('is taken over when the worker that had it died, after its lease and not before', async () => {
    const id = await bench.deliveryTo(receiver.url());
    await new Deliveries(bench.database).claim([id], bench.clock.now(), DELIVERY_LIMITS.leaseMs);
    bench.clock.advance(DELIVERY_LIMITS.leaseMs - 1);
    expect(await bench.attempt(id)).toEqual({ outcome: 'not due' });
    bench.clock.advance(1);
    expect(await bench.attempt(id)).toEqual({ outcome: 'delivered', attempts: 2 });
  });

  it('connects to the checked address and looks nothing up again', async () => {
    const id = await bench.deliveryTo(`http://no-such-name.invalid:${receiver.port}/`);
    const settings = { allowed: new AllowedHosts(['127.0.0.0/8']), resolve: async () => [{ address: '127.0.0.1' }] };
    expect(await bench.attempt(id, { settings })).toEqual({ outcome: 'delivered', attempts: 1 });
  });

  it('never reaches a receiver inside that is not allowed', async () => {
    const id = await bench.deliveryTo(receiver.url());
    expect(await bench.attempt(id, { settings: { allowed: new AllowedHosts([]) } })).toMatchObject({
      outcome: 'retry',
    });
    expect(receiver.received).toEqual([]);
    expect((await bench.row(id)).lastError).toBe('refused: the scheme is not https');
  });

  it('keeps neither the URL nor the secret in its error', async () => {
    const id = await bench.deliveryTo(`${CLOSED}token-in-path?key=planted`);
    await bench.attempt(id);
    expect((await bench.row(id)).lastError).toBe('ECONNREFUSED');
  });

  it('is dead when its receiver is no longer configured', async () => {
    const id = await bench.deliveryTo(receiver.url());
    expect(await bench.attempt(id, { settings: { urls: [] } })).toEqual({ outcome: 'dead', attempts: 1 });
    expect(receiver.received).toEqual([]);
  });
});
