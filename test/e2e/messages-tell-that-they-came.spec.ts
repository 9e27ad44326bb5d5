import { createHmac } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { newVapidKey } from '../../scripts/lib/vapid-key.mjs';
import { receiptKey, signReceipt } from '../../src/channels/receipt-token.js';
import type { Channel } from '../../src/alerts/channel.js';
import { eventually } from '../support/eventually.js';
import { closeClients, LiveClient } from '../support/live-client.js';
import type { PlantedPerson } from '../support/planted-people.js';
import { staffedTown, type StaffedTown } from '../support/staffed-town.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { outcome, useDirectory } from '../support/use-directory.js';

const SECRET = 'secret-of-the-gateways-of-this-test';
const AUTH_TOKEN = 'auth-token-of-this-test';
const used = useDirectory({
  NABOOM_INBOUND_SECRET: SECRET,
  NABOOM_TWILIO_AUTH_TOKEN: AUTH_TOKEN,
  NABOOM_VAPID_PRIVATE_KEY: newVapidKey(),
});
let town: StaffedTown;
beforeAll(async () => void (town = await staffedTown(used(), 20)));
afterEach(closeClients);

const KEY = receiptKey(TEST_OPERATOR_KEY);
const sql = (text: string, values: unknown[] = []) => used().planted.sql(text, values);
const receive = (token: string, body?: object) =>
  used().ask(undefined, 'POST', `/notifications/receipts/${token}`, body);

async function raised() {
  const { body } = await used().client.raise({ location: town.onHill });
  return body as { id: string; receiptToken: string; seq: number };
}

async function planted(who: PlantedPerson, channel: Channel, address: string, verified = true): Promise<string> {
  const id = uuidv7();
  await sql(
    `insert into contacts (id, user_id, channel, address, position, verified_at, created_at)
     values ($1, $2, $3, $4, 0, $5, now() - interval '1 minute')`,
    [id, who.id, channel, address, verified ? new Date() : null],
  );
  return id;
}

interface Sent {
  readonly contactId: string;
  readonly channel: Channel;
  readonly alert?: { readonly id: string; readonly seq: number };
  readonly provider?: string;
  readonly fallbacks?: readonly string[];
  readonly id?: string;
}

/** A message as a worker would have left it. */
async function sent(who: PlantedPerson, { contactId, channel, alert, provider, fallbacks = [], id = uuidv7() }: Sent) {
  await sql(
    `insert into deliveries (id, seq, target, status, next_attempt_at, created_at, finished_at, kind, channel, alert_id,
                             user_id, contact_id, fallbacks, provider, provider_ref)
     values ($1, $2, $3::text, 'delivered', now(), now(), now(), $4, $5, $6, $7, $3::uuid, $8, $9, $10)`,
    [
      id,
      alert?.seq ?? null,
      contactId,
      alert ? 'alert' : 'test',
      channel,
      alert?.id ?? null,
      who.id,
      fallbacks,
      provider ?? null,
      provider ? `ref-${id}` : null,
    ],
  );
  return { id, ref: `ref-${id}`, token: signReceipt(KEY, id) };
}

const deliveryOf = async (id: string) =>
  (await sql('select status, received_at is not null as received, last_error from deliveries where id = $1', [id]))[0];

describe('a device', () => {
  it('says that a message has come and was looked at: all who watch the alert hear of it', async () => {
    const alert = await raised();
    const reporter = new LiveClient(used().node.url, { receiptToken: alert.receiptToken });
    await eventually(() => reporter.snapshots.length > 0, { what: 'a snapshot' });
    const contactId = await planted(town.responder, 'push', 'https://8.8.8.8/device');
    const { id, token } = await sent(town.responder, { contactId, channel: 'push', alert });
    expect(outcome(await receive(token))).toBe(204);
    await eventually(() => reporter.reach.at(-1)?.counts.received === 1, { what: 'live news' });
    expect(await deliveryOf(id)).toMatchObject({ status: 'delivered', received: true });
    expect(outcome(await receive(token, { stage: 'seen' }))).toBe(204);
    await eventually(() => reporter.reach.at(-1)?.counts.seen === 1, { what: 'live news' });
    const { reach } = (await used().ask(town.dispatcher, 'GET', `/emergency/alerts/${alert.id}`)).body;
    expect(reach.counts).toMatchObject({ received: 1, seen: 1 });
    expect(reach.people).toMatchObject([{ name: 'Rex', stages: { received: { channel: 'push' } } }]);
    const { items } = (await used().ask(town.responder, 'GET', '/auth/me/notifications')).body;
    expect(items).toMatchObject([{ id, alertId: alert.id, status: 'delivered', receivedAt: expect.any(String) }]);
  });

  it('is verified by the first test that it receives, and by no other message', async () => {
    const { member } = town;
    const [ours, other] = [
      await planted(member, 'push', 'https://8.8.8.8/ours', false),
      await planted(member, 'push', 'https://8.8.8.8/other', false),
    ];
    const verified = async () =>
      (await sql('select id from contacts where user_id = $1 and verified_at is not null', [member.id])).map(
        ({ id }) => id,
      );
    const before = await sent(member, { contactId: other, channel: 'push' });
    // Meanwhile another device took the subscription over.
    await sql(`update contacts set created_at = now() + interval '1 second' where id = $1`, [other]);
    await receive(before.token);
    await receive((await sent(member, { contactId: ours, channel: 'push', alert: await raised() })).token);
    expect(await verified()).toEqual([]);
    await receive((await sent(member, { contactId: ours, channel: 'push' })).token);
    expect(await verified()).toEqual([ours]);
  });

  it('that shows a token which is none, or is old, gets the same answer, and nothing is noted', async () => {
    const contactId = await planted(town.offDuty, 'push', 'https://8.8.8.8/old');
    const old = await sent(town.offDuty, {
      contactId,
      channel: 'push',
      id: uuidv7({ msecs: Date.now() - 4 * 86_400_000 }),
    });
    const unknown = signReceipt(KEY, uuidv7());
    const forged = signReceipt(
      receiptKey('another key'),
      (await sent(town.offDuty, { contactId, channel: 'push' })).id,
    );
    const tokens = [old.token, unknown, forged, 'x'];
    for (const token of tokens) expect(outcome(await receive(token, { stage: 'seen' }))).toBe(204);
    const noted = await sql('select 1 from deliveries where user_id = $1 and received_at is not null', [
      town.offDuty.id,
    ]);
    expect(noted).toEqual([]);
    expect(used().node.log()).not.toContain(unknown.slice(0, 32));
  });

  it('learns the key to subscribe with', async () => {
    const { body } = await used().ask(undefined, 'GET', '/notifications/push-key');
    expect(Buffer.from(body.publicKey, 'base64url')).toHaveLength(65);
  });
});

describe('a gateway', () => {
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    used().client.ask(`/api/v1/inbound/sms-receipts/${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields),
    });
  const fromAfricasTalking = (id: string, status: string) =>
    post(`africastalking/${SECRET}`, { id, status, phoneNumber: '+27821234567' });

  it('says that a text message was received', async () => {
    const alert = await raised();
    const contactId = await planted(town.responder, 'sms', '+27820000001');
    const { id, ref } = await sent(town.responder, { contactId, channel: 'sms', alert, provider: 'africastalking' });
    await fromAfricasTalking(ref, 'Sent');
    expect(await deliveryOf(id)).toMatchObject({ received: false });
    expect(outcome(await fromAfricasTalking(ref, 'Success'))).toBe(200);
    expect(await deliveryOf(id)).toMatchObject({ received: true });
    const { reach } = (await used().ask(town.dispatcher, 'GET', `/emergency/alerts/${alert.id}`)).body;
    expect(reach.people).toMatchObject([{ name: 'Rex', stages: { received: { channel: 'sms' } } }]);
    // A late word to the contrary makes nobody be told again.
    await fromAfricasTalking(ref, 'Failed');
    expect(await deliveryOf(id)).toMatchObject({ status: 'delivered' });
  });

  it('says that one cannot be delivered: the next contact is told at once, and only one', async () => {
    const alert = await raised();
    const { offDuty } = town;
    const [one, two, mail, last] = [
      await planted(offDuty, 'sms', '+27820000002'),
      await planted(offDuty, 'sms', '+27820000003'),
      await planted(offDuty, 'email', 'otto@example.org'),
      await planted(offDuty, 'webhook', 'https://8.8.8.8/hook'),
    ];
    const common = { channel: 'sms', alert, provider: 'africastalking', fallbacks: [mail, last] } as const;
    const [first, second] = [
      await sent(offDuty, { ...common, contactId: one }),
      await sent(offDuty, { ...common, contactId: two }),
    ];
    const others = () =>
      sql(`select target, status, fallbacks from deliveries where alert_id = $1 and channel <> 'sms'`, [alert.id]);
    await Promise.all([fromAfricasTalking(first.ref, 'Failed'), fromAfricasTalking(second.ref, 'Rejected')]);
    expect(await deliveryOf(first.id)).toMatchObject({
      status: 'dead',
      last_error: 'the network could not deliver it',
    });
    expect(await others()).toEqual([{ target: mail, status: 'pending', fallbacks: [last] }]);
    await fromAfricasTalking(first.ref, 'Failed');
    expect(await others()).toHaveLength(1);
  });

  it('shows that it is one; messages that nobody knows are no mistake', async () => {
    const contactId = await planted(town.member, 'sms', '+27820000004');
    const { id, ref } = await sent(town.member, { contactId, channel: 'sms', provider: 'twilio' });
    const path = `twilio?delivery=${id}`;
    const fields = { MessageSid: ref, MessageStatus: 'delivered' };
    const signed = (token: string) => ({
      'x-twilio-signature': createHmac('sha1', token)
        .update(`${used().node.url}/api/v1/inbound/sms-receipts/${path}MessageSid${ref}MessageStatusdelivered`)
        .digest('base64'),
    });
    expect(outcome(await post(path, fields, signed('a guess')))).toBe('403 GATEWAY_REFUSED');
    expect(outcome(await post('africastalking/a-guess', { id: ref, status: 'Success' }))).toBe('403 GATEWAY_REFUSED');
    expect(await deliveryOf(id)).toMatchObject({ received: false });
    // It came before the worker noted what Twilio calls it.
    await sql('update deliveries set provider = null, provider_ref = null where id = $1', [id]);
    expect(outcome(await post(path, fields, signed(AUTH_TOKEN)))).toBe(200);
    expect(await deliveryOf(id)).toMatchObject({ received: true });
    expect(outcome(await fromAfricasTalking('of-nobody', 'Success'))).toBe(200);
    expect(outcome(await post(`pigeon/${SECRET}`, {}))).toBe('404 ROUTE_NOT_FOUND');
  });
});
