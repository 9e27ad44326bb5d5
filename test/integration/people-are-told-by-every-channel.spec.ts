import { readReceipt } from '../../src/channels/receipt-token.js';
import { ownNotifications } from '../../src/contacts/own-notifications.js';
import { startChannelServers, type ChannelServers } from '../support/channel-servers.js';
import { BENCH_KEY, type NoticeBench } from '../support/notice-bench.js';
import { startWebhookReceiver, WEBHOOK_SECRET } from '../support/webhook-receiver.js';

let setup: ChannelServers;
let bench: NoticeBench;
let env: Record<string, string>;
beforeAll(async () => {
  setup = await startChannelServers();
  ({ bench, env } = setup);
});
afterAll(async () => setup.close());
beforeEach(() => setup.reset());

const details = {
  location: { lat: -26.204123, lng: 28.047301 },
  message: 'Smoke at the école',
  contact: { name: 'Zed', phone: '+27821112222' },
};

describe('an alert', () => {
  it('reaches a device by web push, encrypted for it alone', async () => {
    const user = await setup.dispatcher();
    const device = setup.push.device();
    const contactId = await bench.contact(user, 'push', device.endpoint, device.keys);
    const alert = await bench.raise({ places: setup.places(), ...details });
    const [id] = await bench.tell(alert, [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    expect(setup.push.refused).toEqual([]);
    const [{ payload, ...head }] = setup.push.received as [(typeof setup.push.received)[0]];
    expect(head).toMatchObject({ ttl: 300, urgency: 'high', topic: alert.alertId.replaceAll('-', '') });
    const expected = { kind: 'alert', alertId: alert.alertId, severity: 'critical', contactId };
    expect(payload).toMatchObject({ ...expected, url: `https://alerts.example/#alert-${alert.alertId}` });
    expect(payload['title']).toMatch(/^ALERT: Fire, critical \(NB-/);
    expect(payload['body']).toBe('at -26.20412, 28.0473\nSmoke at the école');
    expect(readReceipt(BENCH_KEY, String(payload['token']), bench.clock.now())).toBe(id);
    expect(JSON.stringify(payload)).not.toMatch(/Zed|821112222/);
    expect(await bench.row(id!)).toMatchObject({ status: 'delivered', provider: 'push' });
  });

  it.each(['clickatell', 'africastalking', 'bulksms', 'twilio'] as const)(
    'is texted by %s, with a reference',
    async (provider) => {
      const user = await setup.dispatcher();
      await bench.contact(user, 'sms', '+27821234567');
      const [id] = await bench.tell(await bench.raise({ places: setup.places(), ...details }), [user]);
      expect(await bench.send([id!], { ...env, NABOOM_SMS_PROVIDERS: provider })).toMatchObject({ sent: 1 });
      expect(setup.sms.refused).toEqual([]);
      expect(setup.sms.taken).toMatchObject([{ provider, to: '+27821234567', from: 'Naboom' }]);
      const [{ text, reference }] = setup.sms.taken as [(typeof setup.sms.taken)[0]];
      expect(text).toMatch(
        /^ALERT: Fire, critical NB-\w+\. at -26\.20412, 28\.0473\. Smoke.* https:\/\/alerts\.example\/#alert-/,
      );
      expect(text.length).toBeLessThanOrEqual(160);
      const references = {
        clickatell: id,
        twilio: id,
        bulksms: expect.stringMatching(/^\d+$/),
        africastalking: undefined,
      };
      expect(reference).toEqual(references[provider]);
      expect(await bench.row(id!)).toMatchObject({
        status: 'delivered',
        provider,
        provider_ref: expect.stringMatching(/^ref-/),
      });
    },
  );

  it('is mailed, with an id that stays the same', async () => {
    const user = await setup.dispatcher();
    await bench.contact(user, 'email', 'thandi@example.org');
    const [id] = await bench.tell(await bench.raise({ places: setup.places(), ...details }), [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    const [received] = setup.mail.received as [(typeof setup.mail.received)[0]];
    expect(received).toMatchObject({ from: 'alerts@example.org', to: ['thandi@example.org'], secure: false });
    expect(received.text).toContain(`Message-ID: <${id}@example.org>`);
    expect(received.text).toMatch(/Subject: ALERT: Fire, critical/);
    expect(await bench.row(id!)).toMatchObject({ status: 'delivered', provider: 'smtp' });
  });

  it('is posted to a webhook of theirs, signed with its own key; one that has none is given up', async () => {
    const receiver = await startWebhookReceiver(WEBHOOK_SECRET);
    const user = await setup.dispatcher();
    const contactId = await bench.contact(user, 'webhook', receiver.url(), { secret: WEBHOOK_SECRET });
    await bench.contact(user, 'sms', '+27820000001');
    const [id] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    const timestamp = bench.clock.now().toISOString();
    expect(receiver.received).toMatchObject([
      { id, body: { type: 'notification.alert', timestamp, data: { severity: 'critical' } } },
    ]);
    const [other] = await bench.tell(await bench.raise({ places: setup.places() }), [user]);
    await bench.people.sql('update contacts set keys = null where id = $1', [contactId]);
    expect(await bench.send([other!], env)).toMatchObject({ dead: 1, sent: 1 });
    expect(await bench.row(other!)).toMatchObject({
      status: 'dead',
      last_error: 'the webhook has no key: add it again',
    });
    expect(receiver.received).toHaveLength(1);
    expect(setup.sms.taken).toHaveLength(1);
    await receiver.close();
  });
});

it('a code is made when it is sent, and verifies its contact', async () => {
  const user = (await bench.people.person('New')).id;
  const contactId = await bench.contact(user, 'sms', '+27820000080');
  const id = await bench.tellOwn('code', contactId);
  expect(await bench.send([id], env)).toMatchObject({ sent: 1 });
  expect(setup.sms.taken[0]!.text).toMatch(/^Naboom: Your code is \d{6}\./);
  const [stored] = await bench.people.sql('select code_digest, code_expires_at from contacts where id = $1', [
    contactId,
  ]);
  expect(stored!['code_digest']).toBeInstanceOf(Buffer);
  const test = await bench.tellOwn('test', contactId);
  expect(await bench.send([test], env)).toMatchObject({ sent: 1 });
  expect(setup.sms.taken[1]!.text).toMatch(/^Naboom: This is a test/);
});

it('a code stays the same in each attempt, with its tries and its time, until another one is asked for', async () => {
  const user = (await bench.people.person('Newer')).id;
  const receiver = await startWebhookReceiver(WEBHOOK_SECRET);
  const contactId = await bench.contact(user, 'webhook', receiver.url(), { secret: WEBHOOK_SECRET });
  const told: (string | undefined)[] = [];
  receiver.answer = (response) => void response.writeHead(503).end();
  const stored = async () =>
    (
      await bench.people.sql('select code_digest, code_expires_at, code_tries from contacts where id = $1', [contactId])
    )[0];
  const attempt = async (id: string) => {
    const outcomes = await bench.send([id], env);
    told.push(receiver.received.at(-1)?.body.data.code);
    return outcomes;
  };
  const first = await bench.tellOwn('code', contactId);
  expect(await attempt(first)).toMatchObject({ retry: 1 });
  await bench.people.sql('update contacts set code_tries = 3 where id = $1', [contactId]);
  const before = await stored();
  expect(await ownNotifications(bench.database, user)).toMatchObject([{ reason: 'HTTP error' }]);
  bench.clock.advance(10_000);
  expect(await attempt(first)).toMatchObject({ retry: 1 });
  expect(told[1]).toBe(told[0]);
  expect(await stored()).toEqual(before);
  const second = await bench.tellOwn('code', contactId);
  expect(await attempt(second)).toMatchObject({ retry: 1 });
  const newer = await stored();
  expect(newer).toMatchObject({ code_tries: 0 });
  expect(newer!['code_digest']).not.toEqual(before!['code_digest']);
  bench.clock.advance(20_000);
  expect(await attempt(first)).toMatchObject({ dead: 1 });
  expect(await bench.row(first)).toMatchObject({ last_error: 'the code is no longer valid' });
  expect(await stored()).toEqual(newer);
  await receiver.close();
});
