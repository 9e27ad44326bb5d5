import { ALERTS_PATH as PATH, type Json } from '../support/alerts-client.js';
import { eventually } from '../support/eventually.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';

const used = useNode();

describe('after the commit an alert', () => {
  it('adds the alert to its stream, the cache and the broadcast channel, each as its own user', async () => {
    const admin = used().redis.admin();
    const subscriber = used().redis.admin();
    const broadcast = new Promise<Json>((resolve) =>
      subscriber.on('message', (_channel, text) => resolve(JSON.parse(text))),
    );
    await subscriber.subscribe('emergency:broadcast');
    const { body } = await used().client.raise({ severity: 'low', kind: 'hazard' });
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
    used().redis.pause();
    const started = Date.now();
    const hung = await used().client.raise({ message: 'redis hangs' });
    expect(hung).toMatchObject({ status: 201, body: { stored: 'postgres', realtime: 'delayed' } });
    expect(Date.now() - started).toBeLessThan(1000);
    used().redis.resume();
    await used().redis.kill9();
    const away = await used().client.raise({ message: 'redis is away' });
    expect(away).toMatchObject({ status: 201, body: { realtime: 'delayed' } });
    expect((await used().client.ask('/health/ready')).status).toBe(200);
    await used().redis.restart();
    await eventually(async () => (await used().client.raise({})).body.realtime === 'live');
    expect((await used().client.get(`${PATH}/${away.body.id}`)).body.message).toBe('redis is away');
  });

  it('says nothing secret and nothing personal in its log', async () => {
    const { headers } = await used().client.raise({
      message: 'planted-message',
      contact: { name: 'planted-name', phone: '0825550199' },
      location: 'planted-place',
    });
    const requestId = headers.get('x-request-id')!;
    const log = await eventually(() => used().node.log().includes(requestId) && used().node.log());
    for (const planted of ['planted', '825550199', TEST_OPERATOR_KEY, ...passwords()])
      expect(log).not.toContain(planted);
  });
});

function passwords(): string[] {
  return Object.entries(used().redis.env).flatMap(([name, value]) => (name.endsWith('PASSWORD') ? [value] : []));
}
