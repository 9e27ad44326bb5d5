import { Deliveries } from '../../src/notifications/deliveries.js';
import { eventually } from '../support/eventually.js';
import { DeliveryBench } from '../support/delivery-bench.js';
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from '../support/webhook-receiver.js';

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

async function deliveriesTo(...paths: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const path of paths) ids.push(await bench.deliveryTo(receiver.url(path)));
  return ids;
}
const statuses = (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await bench.row(id)).status));

describe('the deliveries of one job', () => {
  it('come to their own ends, and leave those alone that are not due', async () => {
    const ids = await deliveriesTo('/204', '/204', '/503', '/410', '/204');
    await bench.attempt(ids[4]!);
    receiver.answer = (response, { path }) => void response.writeHead(Number(path.slice(1))).end();
    expect(await bench.attemptAll(ids)).toEqual({ delivered: 2, retry: 1, dead: 1, notDue: 1 });
    expect(await statuses(ids)).toEqual(['delivered', 'delivered', 'pending', 'dead', 'delivered']);
    expect((await bench.row(ids[2]!)).lastError).toBe('HTTP 503');
    expect(receiver.received).toHaveLength(5);
  });

  it('are posted at once, each with a signature and an id of its own', async () => {
    const ids = await deliveriesTo('/', '/', '/');
    const waiting: (() => void)[] = [];
    receiver.answer = (response) => void waiting.push(() => response.writeHead(204).end());
    const done = bench.attemptAll(ids);
    await eventually(() => waiting.length === 3);
    for (const finish of waiting) finish();
    expect(await done).toMatchObject({ delivered: 3 });
    expect(receiver.received.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(receiver.refused).toEqual([]);
  });

  it('are noted as delivered though another one of them is still waited for', async () => {
    const ids = await deliveriesTo('/quick', '/slow');
    let finish: (() => void) | undefined;
    receiver.answer = (response, { path }) => {
      if (path === '/slow') finish = () => void response.writeHead(204).end();
      else response.writeHead(204).end();
    };
    const done = bench.attemptAll(ids);
    await eventually(async () => (await bench.row(ids[0]!)).status === 'delivered');
    await eventually(() => finish !== undefined);
    expect((await bench.row(ids[1]!)).status).toBe('pending');
    finish!();
    expect(await done).toMatchObject({ delivered: 2 });
  });

  it('are taken once by two jobs that carry the same', async () => {
    const ids = await deliveriesTo('/', '/', '/', '/');
    const both = await Promise.all([bench.attemptAll(ids), bench.attemptAll([...ids].reverse())]);
    expect(both.map(({ delivered }) => delivered).reduce((sum, count) => sum + count)).toBe(4);
    expect(receiver.received).toHaveLength(4);
  });

  it('do not wait for one that somebody else is just taking', async () => {
    const ids = await deliveriesTo('/', '/');
    await bench.database.transaction(async (client) => {
      await client.query('select 1 from deliveries where id = $1 for update', [ids[0]]);
      expect(await bench.attemptAll(ids)).toMatchObject({ delivered: 1, notDue: 1 });
    });
  });

  it('fail with the error of Postgres when it cannot be noted, and are tried again after the lease', async () => {
    const ids = await deliveriesTo('/', '/');
    const deliveries = new Deliveries(bench.database);
    deliveries.markDelivered = () => Promise.reject(new Error('Postgres is away'));
    await expect(bench.attemptAll(ids, { deliveries })).rejects.toThrow('Postgres is away');
    expect(await statuses(ids)).toEqual(['pending', 'pending']);
    bench.clock.advance(60_000);
    expect(await bench.attemptAll(ids)).toMatchObject({ delivered: 2 });
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(2);
  });

  it('are put back when their job is aborted before it begins, though their receiver is refused', async () => {
    const ids = await deliveriesTo('/', '/');
    await bench.database.query({ text: `update deliveries set target = 'http://10.0.0.1/'` });
    expect(await bench.attemptAll(ids, { signal: AbortSignal.abort() })).toMatchObject({ retry: 2 });
    expect((await bench.row(ids[0]!)).lastError).toBe('no answer in time');
  });
});
