import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSent, type OutgoingMessage } from '../../src/channels/channel-sender.js';
import { MailSender } from '../../src/channels/mail-sender.js';
import { readReceipt } from '../../src/channels/receipt-token.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { BENCH_KEY, NoticeBench } from '../support/notice-bench.js';
import { newVapidKeys, startPushService, type PushService } from '../support/push-service.js';
import { startSmsStub, type SmsStub } from '../support/sms-stub.js';
import { createTestCertificate } from '../support/test-certificate.js';
import { startWebhookReceiver, WEBHOOK_SECRET } from '../support/webhook-receiver.js';

const NEVER = new AbortController().signal;
const vapid = newVapidKeys();
let bench: NoticeBench;
let push: PushService;
let sms: SmsStub;
let mail: MailServer;
let organisation: string;
let env: Record<string, string>;

beforeAll(async () => {
  [bench, push, sms, mail] = await Promise.all([
    NoticeBench.open(),
    startPushService(vapid),
    startSmsStub(),
    startMailServer({ tls: 'none' }),
  ]);
  organisation = await bench.people.organisation();
  env = {
    ...sms.env,
    NABOOM_PUBLIC_URL: 'https://alerts.example',
    NABOOM_VAPID_PUBLIC_KEY: vapid.publicKey,
    NABOOM_VAPID_PRIVATE_KEY: vapid.privateKey,
    NABOOM_VAPID_SUBJECT: 'mailto:ops@example.org',
    NABOOM_SMS_PROVIDERS: 'clickatell,africastalking',
    NABOOM_SMTP_HOST: '127.0.0.1',
    NABOOM_SMTP_PORT: String(mail.port),
    NABOOM_SMTP_TLS: 'none',
    NABOOM_MAIL_FROM: 'Naboom <alerts@example.org>',
    NABOOM_WEBHOOK_SECRET: WEBHOOK_SECRET,
  };
});
afterAll(async () => {
  await Promise.all([push.close(), sms.close(), mail.close()]);
  await bench.close();
});
beforeEach(() => {
  sms.asked.length = 0;
  sms.taken.length = 0;
  for (const provider of Object.keys(sms.behaviour)) delete sms.behaviour[provider as 'twilio'];
  push.status = 201;
});

const places = () => ({ areas: [], organisations: [organisation] });
const dispatcher = async () => (await bench.people.person('Thandi', { [organisation]: 'dispatcher' })).id;
const details = {
  location: { lat: -26.204123, lng: 28.047301 },
  message: 'Smoke at the école',
  contact: { name: 'Zed', phone: '+27821112222' },
};

describe('an alert', () => {
  it('reaches a device by web push, encrypted for it alone', async () => {
    const user = await dispatcher();
    const device = push.device();
    const contactId = await bench.contact(user, 'push', device.endpoint, device.keys);
    const alert = await bench.raise({ places: places(), ...details });
    const [id] = await bench.tell(alert, [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    expect(push.refused).toEqual([]);
    const [{ payload, ...head }] = push.received as [(typeof push.received)[0]];
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
      const user = await dispatcher();
      await bench.contact(user, 'sms', '+27821234567');
      const [id] = await bench.tell(await bench.raise({ places: places(), ...details }), [user]);
      expect(await bench.send([id!], { ...env, NABOOM_SMS_PROVIDERS: provider })).toMatchObject({ sent: 1 });
      expect(sms.refused).toEqual([]);
      expect(sms.taken).toMatchObject([{ provider, to: '+27821234567', from: 'Naboom' }]);
      const [{ text, reference }] = sms.taken as [(typeof sms.taken)[0]];
      expect(text).toMatch(
        /^ALERT: Fire, critical NB-\w+\. at -26\.20412, 28\.0473\. Smoke.* https:\/\/alerts\.example\/#alert-/,
      );
      expect(text.length).toBeLessThanOrEqual(160);
      if (provider === 'clickatell' || provider === 'twilio') expect(reference).toBe(id);
      if (provider === 'bulksms') expect(reference).toMatch(/^\d+$/);
      expect(await bench.row(id!)).toMatchObject({
        status: 'delivered',
        provider,
        provider_ref: expect.stringMatching(/^ref-/),
      });
    },
  );

  it('is mailed, with an id that stays the same', async () => {
    const user = await dispatcher();
    await bench.contact(user, 'email', 'thandi@example.org');
    const [id] = await bench.tell(await bench.raise({ places: places(), ...details }), [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    const [received] = mail.received as [(typeof mail.received)[0]];
    expect(received).toMatchObject({ from: 'alerts@example.org', to: ['thandi@example.org'], secure: false });
    expect(received.text).toContain(`Message-ID: <${id}@example.org>`);
    expect(received.text).toMatch(/Subject: ALERT: Fire, critical/);
    expect(await bench.row(id!)).toMatchObject({ status: 'delivered', provider: 'smtp' });
  });

  it('is posted to a webhook of theirs, signed; without a secret that channel is off', async () => {
    const receiver = await startWebhookReceiver(WEBHOOK_SECRET);
    const user = await dispatcher();
    await bench.contact(user, 'webhook', receiver.url());
    await bench.contact(user, 'sms', '+27820000001');
    const [id] = await bench.tell(await bench.raise({ places: places() }), [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    expect(receiver.received).toMatchObject([
      { id, body: { type: 'notification.alert', data: { severity: 'critical' } } },
    ]);
    const [other] = await bench.tell(await bench.raise({ places: places() }), [user]);
    const { NABOOM_WEBHOOK_SECRET: _, ...without } = env;
    expect(await bench.send([other!], without)).toMatchObject({ dead: 1, sent: 1 });
    expect(await bench.row(other!)).toMatchObject({ status: 'dead', last_error: 'webhook is not set up' });
    expect(sms.taken).toHaveLength(1);
    await receiver.close();
  });

  it('tells responders who are not on duty there less, and those who left nothing', async () => {
    const area = await bench.people.area(organisation);
    const [elsewhere, gone] = [
      await bench.people.person('Elsewhere', { [organisation]: 'responder' }),
      await bench.people.person('Gone'),
    ];
    const onDuty = await bench.people.person('There', { [organisation]: 'responder' }, [area]);
    for (const [index, { id }] of [elsewhere, gone, onDuty].entries())
      await bench.contact(id, 'sms', `+2782000001${index}`);
    const alert = await bench.raise({ places: { areas: [area], organisations: [organisation] }, ...details });
    const ids = await bench.tell(alert, [elsewhere.id, gone.id, onDuty.id]);
    expect(await bench.send(ids, env)).toMatchObject({ sent: 2, skipped: 1 });
    const textTo = (number: string) => sms.taken.find(({ to }) => to === number)?.text;
    expect(textTo('+27820000010')).toMatch(/near -26\.2, 28\.05/);
    expect(textTo('+27820000010')).not.toMatch(/Smoke|26\.2041/);
    expect(textTo('+27820000012')).toMatch(/26\.20412.*Smoke/);
    expect(await bench.rowsOf(gone.id)).toMatchObject([
      { status: 'skipped', last_error: 'no longer somebody who answers it' },
    ]);
  });

  it('is not told any more once somebody has acknowledged it, nor ever to its reporter', async () => {
    const [user, reporter] = [await dispatcher(), await dispatcher()];
    for (const id of [user, reporter]) await bench.contact(id, 'sms', `+2782${id.replaceAll(/\D/g, '').slice(0, 7)}`);
    const alert = await bench.raise({ places: places(), reporterId: reporter });
    const ids = await bench.tell(alert, [user, reporter]);
    await bench.database.query({
      text: `update alert_events set alert = jsonb_set(alert::jsonb, '{status}', '"acknowledged"')::json where seq = $1`,
      values: [alert.seq],
    });
    expect(await bench.send(ids.slice(0, 1), env)).toMatchObject({ skipped: 1 });
    expect(await bench.row(ids[0]!)).toMatchObject({ status: 'skipped', last_error: 'the alert is acknowledged' });
    await bench.database.query({
      text: `update alert_events set alert = jsonb_set(alert::jsonb, '{status}', '"open"')::json where seq = $1`,
      values: [alert.seq],
    });
    expect(await bench.send(ids.slice(1), env)).toMatchObject({ skipped: 1 });
    expect(sms.asked).toEqual([]);
  });

  it('waits for the end of quiet hours unless it is critical', async () => {
    const user = await dispatcher();
    await bench.contact(user, 'sms', '+27820000030');
    const minute = bench.clock.now().getUTCHours() * 60 + bench.clock.now().getUTCMinutes();
    await bench.database.query({
      text: `insert into quiet_hours values ($1, $2, $3, 'UTC')`,
      values: [user, minute, (minute + 30) % 1440],
    });
    const [held] = await bench.tell(await bench.raise({ places: places(), severity: 'high' }), [user]);
    const [critical] = await bench.tell(await bench.raise({ places: places() }), [user]);
    expect(await bench.send([held!, critical!], env)).toMatchObject({ held: 1, sent: 1 });
    const row = await bench.row(held!);
    expect(row).toMatchObject({ status: 'pending', held: true, attempts: 0 });
    const waitMs = row.next_attempt_at.getTime() - bench.clock.now().getTime();
    expect(waitMs).toBeGreaterThan(28 * 60_000);
    expect(waitMs).toBeLessThanOrEqual(30 * 60_000);
    expect(await bench.send([held!], env)).toMatchObject({ notDue: 1 });
    bench.clock.advance(waitMs);
    expect(await bench.send([held!], env)).toMatchObject({ sent: 1 });
  });

  it('that something speaks against is told three times in five minutes, whatever there is', async () => {
    const user = await dispatcher();
    await bench.contact(user, 'sms', '+27820000040');
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.push(...(await bench.tell(await bench.raise({ places: places(), verified: false }), [user])));
    }
    expect(await bench.send(ids, env)).toMatchObject({ sent: 3, skipped: 2 });
    expect(sms.taken[0]!.text).toMatch(/^UNVERIFIED ALERT/);
    const [verified] = await bench.tell(await bench.raise({ places: places() }), [user]);
    expect(await bench.send([verified!], env)).toMatchObject({ sent: 1 });
  });
});

describe('a message that does not get through', () => {
  it('is taken by the next provider within the same attempt', async () => {
    const user = await dispatcher();
    await bench.contact(user, 'sms', '+27820000050');
    sms.behaviour.clickatell = { status: 503 };
    const [id] = await bench.tell(await bench.raise({ places: places() }), [user]);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    sms.behaviour.clickatell = 'hang';
    const [other] = await bench.tell(await bench.raise({ places: places() }), [user]);
    expect(await bench.send([other!], env, { attemptMs: 400 })).toMatchObject({ sent: 1 });
    expect(sms.taken.map(({ provider }) => provider)).toEqual(['africastalking', 'africastalking']);
    expect(await bench.row(other!)).toMatchObject({ provider: 'africastalking', attempts: 1 });
  });

  it('is tried again soon with the same reference, as often as a provider asks and not longer than five minutes', async () => {
    const user = await dispatcher();
    await bench.contact(user, 'sms', '+27820000051');
    const single = { ...env, NABOOM_SMS_PROVIDERS: 'clickatell' };
    sms.behaviour.clickatell = { status: 429, retryAfter: '20' };
    const [id] = await bench.tell(await bench.raise({ places: places() }), [user]);
    const started = bench.clock.now().getTime();
    for (let status = 'pending'; status === 'pending'; { status } = await bench.row(id!)) {
      await bench.send([id!], single);
      const row = await bench.row(id!);
      if (row.attempts === 1) {
        expect(row.next_attempt_at.getTime() - started).toBe(20_000);
        sms.behaviour.clickatell = { status: 500 };
      }
      bench.clock.advance(Math.max(0, row.next_attempt_at.getTime() - bench.clock.now().getTime()));
    }
    expect(await bench.row(id!)).toMatchObject({ status: 'dead', attempts: 9, last_error: 'clickatell: HTTP 500' });
    expect(new Set(sms.asked.map(({ reference }) => reference))).toEqual(new Set([id]));
    expect(bench.clock.now().getTime() - started).toBeLessThan(7 * 60_000);
  });

  it('falls back on the next contact, once for all devices of a person', async () => {
    const user = await dispatcher();
    const devices = [push.device(), push.device()];
    for (const { endpoint, keys } of devices) await bench.contact(user, 'push', endpoint, keys);
    const bad = await bench.contact(user, 'sms', '+27820000060');
    await bench.contact(user, 'email', 'late@example.org');
    push.status = 410;
    sms.behaviour.clickatell = 'bad number';
    const ids = await bench.tell(await bench.raise({ places: places() }), [user]);
    const outcomes = await bench.send(ids, { ...env, NABOOM_SMS_PROVIDERS: 'clickatell' });
    expect(outcomes).toMatchObject({ dead: 3, sent: 1 });
    const rows = await bench.rowsOf(user);
    expect(rows.map(({ channel, status }) => `${channel} ${status}`)).toEqual([
      'push dead',
      'push dead',
      'sms dead',
      'email delivered',
    ]);
    expect(rows[2]!.last_error).toBe('clickatell: not accepted (105)');
    const contacts = await bench.people.sql('select id, channel from contacts where user_id = $1 order by position', [
      user,
    ]);
    expect(contacts.map(({ channel }) => channel)).toEqual(['sms', 'email']); // devices that are no more are forgotten
    expect(contacts[0]!['id']).toBe(bad);
  });

  it('never holds the others up: a service that hangs has the time of one attempt', async () => {
    const user = await dispatcher();
    await bench.contact(user, 'email', 'hang@example.org');
    mail.hangs = true;
    const [id] = await bench.tell(await bench.raise({ places: places() }), [user]);
    expect(await bench.send([id!], env, { attemptMs: 300 })).toMatchObject({ retry: 1 });
    expect(await bench.row(id!)).toMatchObject({ status: 'pending', last_error: 'no answer in time' });
    mail.hangs = false;
  });

  it('is claimed once by two jobs, and again after the lease when the first one died, with the same reference', async () => {
    const user = await dispatcher();
    await bench.contact(user, 'sms', '+27820000070');
    const [id] = await bench.tell(await bench.raise({ places: places() }), [user]);
    const both = await Promise.all([bench.send([id!], env), bench.send([id!], env)]);
    expect(both.map(({ sent }) => sent).toSorted()).toEqual([0, 1]);
    // As a worker leaves it that dies between the provider's answer and the note of it.
    await bench.database.query({ text: `update deliveries set status = 'pending' where id = $1`, values: [id] });
    expect(await bench.send([id!], env)).toMatchObject({ notDue: 1 });
    bench.clock.advance(8001);
    expect(await bench.send([id!], env)).toMatchObject({ sent: 1 });
    expect(sms.taken.map(({ reference }) => reference)).toEqual([id, id]);
  });
});

it('a code is made when it is sent, and verifies its contact', async () => {
  const user = (await bench.people.person('New')).id;
  const contactId = await bench.contact(user, 'sms', '+27820000080');
  const id = await bench.tellOwn('code', contactId);
  expect(await bench.send([id], env)).toMatchObject({ sent: 1 });
  expect(sms.taken[0]!.text).toMatch(/^Naboom: Your code is \d{6}\./);
  const [stored] = await bench.people.sql('select code_digest, code_expires_at from contacts where id = $1', [
    contactId,
  ]);
  expect(stored!['code_digest']).toBeInstanceOf(Buffer);
  const test = await bench.tellOwn('test', contactId);
  expect(await bench.send([test], env)).toMatchObject({ sent: 1 });
  expect(sms.taken[1]!.text).toMatch(/^Naboom: This is a test/);
});

describe('the mail server', () => {
  const message: OutgoingMessage = { deliveryId: 'd', kind: 'test', title: 't', body: 'b', sms: 's', token: 'x' };
  const to = { contactId: 'c', channel: 'email', address: 'a@example.org' } as const;
  let dir: string;
  beforeAll(() => (dir = mkdtempSync(join(tmpdir(), 'naboom-mail-'))));
  afterAll(() => rmSync(dir, { recursive: true }));

  it.each(['starttls', 'implicit'] as const)('gets logins and mails by TLS alone: %s', async (tls) => {
    const certificate = createTestCertificate(dir);
    const login = { user: 'naboom', password: 'a password' };
    const server = await startMailServer({ tls, certificate, login });
    const ca = readFileSync(certificate.certFile, 'utf8');
    const settings = { host: '127.0.0.1', port: server.port, tls, from: 'x@example.org', ca, limitMs: 3000, ...login };
    expect(isSent(await new MailSender(settings).send(to, message, NEVER))).toBe(true);
    expect(server.received).toMatchObject([{ secure: true, user: 'naboom' }]);
    const stranger = { ...settings, password: 'wrong' };
    expect(await new MailSender(stranger).send(to, message, NEVER)).toEqual({
      reason: 'SMTP 535 (login)',
      final: true,
    });
    const { ca: _, ...withoutCa } = settings;
    expect(isSent(await new MailSender(withoutCa).send(to, message, NEVER))).toBe(false);
    await server.close();
  });

  it('that offers no TLS gets nothing, and one that refuses an address is believed', async () => {
    const settings = { host: '127.0.0.1', port: mail.port, from: 'x@example.org', limitMs: 3000 };
    const before = mail.received.length;
    expect(isSent(await new MailSender({ ...settings, tls: 'starttls' }).send(to, message, NEVER))).toBe(false);
    mail.refuseWith = 550;
    const plain = new MailSender({ ...settings, tls: 'none' });
    expect(await plain.send(to, message, NEVER)).toEqual({ reason: 'SMTP 550', final: true });
    mail.refuseWith = 451;
    expect(await plain.send(to, message, NEVER)).toEqual({ reason: 'SMTP 451' });
    mail.refuseWith = undefined;
    expect(mail.received).toHaveLength(before);
  });
});
