import { eventually } from '../support/eventually.js';
import { startMailServer, type MailServer } from '../support/mail-server.js';
import { PeopleClient } from '../support/people-client.js';
import { PlantedPeople } from '../support/planted-people.js';
import { newVapidKeys, startPushService, type PushService } from '../support/push-service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { startTestNode, type TestNode } from '../support/test-node.js';
import { startTestRedis, type TestRedis } from '../support/test-redis.js';
import { startWebhookReceiver } from '../support/webhook-receiver.js';

let redis: TestRedis;
let database: TestDatabase;
let mail: MailServer;
let push: PushService;
let node: TestNode;
let people: PlantedPeople;

beforeAll(async () => {
  const vapid = newVapidKeys();
  [redis, database, mail, push] = await Promise.all([
    startTestRedis(),
    createTestDatabase(),
    startMailServer({ tls: 'none' }),
    startPushService(vapid),
  ]);
  people = new PlantedPeople(database.url);
  node = await startTestNode({
    role: 'all',
    env: {
      ...redis.env,
      DATABASE_URL: database.url,
      NABOOM_VAPID_PRIVATE_KEY: vapid.privateKey,
      NABOOM_SMTP_HOST: '127.0.0.1',
      NABOOM_SMTP_PORT: String(mail.port),
      NABOOM_SMTP_TLS: 'none',
      NABOOM_MAIL_FROM: 'Naboom <alerts@example.org>',
      NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1/32',
    },
  });
});
afterAll(async () => {
  await node?.stop();
  await Promise.all([people?.close(), mail?.close(), push?.close(), redis?.stop(), database?.drop()]);
});

it('contacts show that they work: a mail brings a code, the receipt of a push its device', async () => {
  const { token } = await people.person('Ann');
  const client = new PeopleClient(node.url);
  const ask = async (method: string, path: string, body?: object) => {
    const answer = await client.send(method, path, body, { token });
    expect(answer.status).toBeLessThan(300);
    return answer.body;
  };
  const contacts = '/auth/me/contacts';
  const email = await ask('POST', contacts, { channel: 'email', address: 'ann@example.org' });
  const device = await ask('POST', contacts, { channel: 'push', subscription: push.device() });
  await Promise.all([ask('POST', `${contacts}/${email.id}/code`), ask('POST', `${contacts}/${device.id}/test`)]);

  const letter = await eventually(() => mail.received[0], { what: 'a code by mail' });
  const [, code] = /\b(\d{6})\b/.exec(
    letter.text
      .split(/\r?\n\r?\n/)
      .slice(1)
      .join(' '),
  )!;
  expect(await ask('POST', `${contacts}/${email.id}/verify`, { code })).toMatchObject({ verified: true });

  const message = await eventually(() => push.received[0], { what: 'a test by push' });
  await ask('POST', `/notifications/receipts/${String(message.payload.token)}`, { stage: 'received' });
  expect((await ask('GET', contacts)).items).toMatchObject([{ verified: true }, { verified: true }]);
  const told = await eventually(async () => {
    const { items } = await ask('GET', '/auth/me/notifications');
    return items.every(({ status }: { status: string }) => status === 'delivered') && items;
  });
  expect(told).toMatchObject([{ sentAt: expect.any(String) }, { sentAt: expect.any(String) }]);
  const byPush = told.find(({ channel }: { channel: string }) => channel === 'push');
  expect(byPush).toMatchObject({ kind: 'test', receivedAt: expect.any(String) });
  // The code stands in the mail and nowhere else.
  const shown = new RegExp(`\\b${code}\\b`);
  expect(node.log()).not.toMatch(shown);
  const rows = await people.sql('select * from deliveries');
  expect(JSON.stringify(rows)).not.toMatch(shown);
});

it('a webhook shows that it works by a code that is signed with its own key', async () => {
  const { token } = await people.person('Bea');
  const client = new PeopleClient(node.url);
  const receiver = await startWebhookReceiver('whsec_');
  try {
    const path = '/auth/me/contacts';
    const wanted = { channel: 'webhook', address: receiver.url() };
    const { id, secret } = (await client.send('POST', path, wanted, { token })).body;
    receiver.secret = secret;
    await client.send('POST', `${path}/${id}/code`, undefined, { token });
    const { body } = await eventually(() => receiver.received[0], { what: 'a signed code' });
    const verified = await client.send('POST', `${path}/${id}/verify`, { code: body.data.code }, { token });
    expect(verified.body).toMatchObject({ id, verified: true });
    expect(receiver.refused).toEqual([]);
    expect(node.log()).not.toContain(secret);
  } finally {
    await receiver.close();
  }
});
