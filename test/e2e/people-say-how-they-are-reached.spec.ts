import type { PlantedPerson } from '../support/planted-people.js';
import { sendCodesAs } from '../support/sent-codes.js';
import { outcome, useDirectory } from '../support/use-directory.js';

const CODE = '271828';
const CONTACTS = '/auth/me/contacts';
const used = useDirectory({
  NABOOM_TRUSTED_PROXIES: '127.0.0.1',
  NABOOM_SMTP_HOST: 'mail.example',
  NABOOM_MAIL_FROM: 'alerts@example.org',
  NABOOM_SMS_PROVIDERS: 'clickatell',
  NABOOM_CLICKATELL_API_KEY: 'key-of-clickatell',
});

beforeAll(() => sendCodesAs(CODE, used().databaseUrl));

let count = 0;
const somebody = () => used().planted.person(`Person ${(count += 1)}`);
const aPhone = () => `+2782${String(1_000_000 + (count += 1))}`;
/** Each time from another address. */
const ask = (who: PlantedPerson, method: string, path: string, body?: unknown) =>
  askFrom(`10.0.1.${(count += 1) % 250}`, who)(method, path, body);
const askFrom =
  (address: string, { token }: PlantedPerson) =>
  (method: string, path: string, body?: unknown) =>
    used().client.ask(`/api/v1${CONTACTS}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'x-forwarded-for': address,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

async function added(who: PlantedPerson, body: object) {
  const answer = await ask(who, 'POST', '', body);
  expect(answer.status).toBe(201);
  return answer.body;
}
const addSms = (who: PlantedPerson, address = aPhone()) => added(who, { channel: 'sms', address });
const listed = async (who: PlantedPerson) => (await ask(who, 'GET', '')).body.items;

describe('contacts', () => {
  it('are stored in one form, once each, and say what this deployment can do', async () => {
    const ann = await somebody();
    const phone = aPhone();
    const sms = await added(ann, { channel: 'sms', address: phone.replace('+27', '0'), label: ' Mine ' });
    expect(sms).toMatchObject({ channel: 'sms', address: phone, label: 'Mine', position: 0, verified: false });
    const email = await added(ann, { channel: 'email', address: `ANN@Example.ORG` });
    expect(email).toMatchObject({ address: 'ann@example.org', position: 1 });
    const again = await ask(ann, 'POST', '', { channel: 'sms', address: phone });
    expect(again).toMatchObject({ status: 200, body: sms });
    expect((await ask(ann, 'GET', '')).body).toEqual({ items: [sms, email], channels: ['sms', 'email', 'webhook'] });
  });

  it('are tried in the order that their owner sets', async () => {
    const ann = await somebody();
    const [one, two, three] = [await addSms(ann), await addSms(ann), await addSms(ann)];
    expect(outcome(await ask(ann, 'PUT', '/order', { ids: [three.id, one.id] }))).toBe(204);
    expect((await listed(ann)).map(({ id }: { id: string }) => id)).toEqual([three.id, one.id, two.id]);
    expect(outcome(await ask(ann, 'PUT', '/order', { ids: [one.id, one.id] }))).toBe('400 REQUEST_INVALID');
  });

  it('are nobody else’s', async () => {
    const [ann, eve] = [await somebody(), await somebody()];
    const { id } = await addSms(ann);
    const asked = [
      await ask(eve, 'POST', `/${id}/code`),
      await ask(eve, 'POST', `/${id}/verify`, { code: CODE }),
      await ask(eve, 'POST', `/${id}/test`),
      await ask(eve, 'PUT', '/order', { ids: [id] }),
      await ask(eve, 'DELETE', `/${id}`),
    ];
    expect(asked.map(outcome)).toEqual(Array.from({ length: 5 }, () => '404 NOT_FOUND'));
    expect(await listed(ann)).toMatchObject([{ id, verified: false }]);
    expect(await listed(eve)).toEqual([]);
  });

  it('are twenty at most, also when they come at once', async () => {
    const ann = await somebody();
    const answers = await Promise.all(
      Array.from({ length: 22 }, () => ask(ann, 'POST', '', { channel: 'sms', address: aPhone() })),
    );
    expect(answers.map(outcome).filter((each) => each !== 201)).toEqual(['409 CONTACT_LIMIT', '409 CONTACT_LIMIT']);
    expect(new Set((await listed(ann)).map(({ position }: { position: number }) => position)).size).toBe(20);
  });

  it.each([
    [{ channel: 'webhook', address: 'https://127.0.0.1/hook' }, 'ADDRESS_REFUSED'],
    [{ channel: 'webhook', address: 'https://[::ffff:10.0.0.1]/hook' }, 'ADDRESS_REFUSED'],
    [{ channel: 'webhook', address: 'http://8.8.8.8/hook' }, 'ADDRESS_REFUSED'],
    [{ channel: 'webhook', address: 'https://me:pw@8.8.8.8/hook' }, 'ADDRESS_REFUSED'],
    [{ channel: 'webhook', address: 'https://no-such-host.invalid/' }, 'ADDRESS_REFUSED'],
    [{ channel: 'sms', address: '+44 20 7946 0000' }, 'ADDRESS_REFUSED'],
    [{ channel: 'sms', address: '+882161234567' }, 'ADDRESS_REFUSED'],
    [{ channel: 'sms', address: 'me@example.org' }, 'REQUEST_INVALID'],
    [{ channel: 'email', address: '+27821234567' }, 'REQUEST_INVALID'],
    [{ channel: 'push', subscription: pushTo('https://169.254.169.254/') }, 'ADDRESS_REFUSED'],
    [{ channel: 'push', subscription: pushTo('http://8.8.8.8/') }, 'ADDRESS_REFUSED'],
    [{ channel: 'push', subscription: { ...pushTo('https://8.8.8.8/'), keys: {} } }, 'REQUEST_INVALID'],
  ])('lead nowhere inside: %j', async (body, code) => {
    expect(outcome(await ask(await somebody(), 'POST', '', body))).toBe(`400 ${code}`);
  });

  it('of a device are verified anew when it subscribes with other keys', async () => {
    const ann = await somebody();
    const push = (auth: string) => {
      const { endpoint, keys } = pushTo('https://8.8.8.8/device/secret');
      return ask(ann, 'POST', '', { channel: 'push', subscription: { endpoint, keys: { ...keys, auth } } });
    };
    const { id, address } = (await push('A'.repeat(22))).body;
    expect(address).toBe('https://8.8.8.8');
    await used().planted.sql('update contacts set verified_at = now() where id = $1', [id]);
    expect(await push('A'.repeat(22))).toMatchObject({ status: 200, body: { id, verified: true } });
    expect(await push(`B${'A'.repeat(21)}`)).toMatchObject({ status: 200, body: { id, verified: false } });
  });

  it('that are webhooks have a key each, which is told once and stays', async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    const webhook = { channel: 'webhook', address: 'https://8.8.8.8/hook' };
    const [{ secret, ...hers }, his] = [await added(ann, webhook), await added(bob, webhook)];
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(his.secret).not.toBe(secret);
    await used().planted.sql('update contacts set verified_at = now() where id = $1', [hers.id]);
    const again = await ask(ann, 'POST', '', webhook);
    expect(again).toEqual(expect.objectContaining({ status: 200, body: { ...hers, verified: true } }));
    expect((await ask(ann, 'POST', '/own')).body.items).toEqual([{ ...hers, verified: true }, expect.anything()]);
    expect(JSON.stringify(await listed(ann))).not.toContain('whsec');
    const [kept] = await used().planted.sql('select keys from contacts where id = $1', [hers.id]);
    expect(kept).toEqual({ keys: { secret } });
  });

  it('of the account itself are added by one call, and go with the account', async () => {
    const ann = await somebody();
    const phone = aPhone();
    await used().planted.sql('update users set phone = $2 where id = $1', [ann.id, phone]);
    const { status, body } = await ask(ann, 'POST', '/own');
    expect(status).toBe(200);
    const own = [
      { channel: 'sms', address: phone },
      { channel: 'email', address: `${ann.id}@example.org` },
    ];
    expect(body.items).toMatchObject(own);
    expect((await ask(ann, 'POST', '/own')).body.items).toEqual(body.items);
    const me = async () => (await used().ask(ann, 'GET', '/auth/me')).body.user;
    expect(await me()).toMatchObject({ emailVerified: false, phoneVerified: false });
    await ask(ann, 'POST', `/${body.items[0].id}/code`);
    await ask(ann, 'POST', `/${body.items[0].id}/verify`, { code: CODE });
    expect(await me()).toMatchObject({ emailVerified: false, phoneVerified: true });
    await used().planted.sql('delete from users where id = $1', [ann.id]);
    expect(await used().planted.sql('select 1 from contacts where user_id = $1', [ann.id])).toEqual([]);
  });
});

describe('a code', () => {
  it('verifies its contact and no other, once', async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    const phone = aPhone();
    const [hers, his] = [await addSms(ann, phone), await addSms(bob, phone)];
    expect(outcome(await ask(ann, 'POST', `/${hers.id}/code`))).toBe(202);
    expect(outcome(await ask(bob, 'POST', `/${his.id}/verify`, { code: CODE }))).toBe('403 CODE_WRONG');
    const verified = await ask(ann, 'POST', `/${hers.id}/verify`, { code: CODE });
    expect(verified).toMatchObject({ status: 200, body: { id: hers.id, verified: true } });
    expect(outcome(await ask(ann, 'POST', `/${hers.id}/verify`, { code: CODE }))).toBe('403 CODE_WRONG');
    // A household shares a phone: both keep it.
    await ask(bob, 'POST', `/${his.id}/code`);
    expect(outcome(await ask(bob, 'POST', `/${his.id}/verify`, { code: CODE }))).toBe(200);
    expect([await listed(ann), await listed(bob)]).toMatchObject([[{ verified: true }], [{ verified: true }]]);
  });

  it('is dead after five wrong tries, also at once, and after its time', async () => {
    const ann = await somebody();
    const { id } = await addSms(ann);
    await ask(ann, 'POST', `/${id}/code`);
    const guess = (code: string) => ask(ann, 'POST', `/${id}/verify`, { code });
    await Promise.all(Array.from({ length: 5 }, (_, n) => guess(`00000${n}`)));
    expect(outcome(await guess(CODE))).toBe('403 CODE_WRONG');
    await ask(ann, 'POST', `/${id}/code`);
    await used().planted.sql(`update contacts set code_expires_at = now() - interval '1 second' where id = $1`, [id]);
    expect(outcome(await guess(CODE))).toBe('403 CODE_WRONG');
  });

  it('is sent five times an hour: by one account, and to one address', async () => {
    const [ann, bob] = [await somebody(), await somebody()];
    const phone = aPhone();
    const hers = await addSms(ann, phone);
    const answers = [];
    for (let n = 0; n < 6; n += 1) answers.push(await ask(ann, 'POST', `/${hers.id}/code`));
    expect(answers.map(outcome)).toEqual([202, 202, 202, 202, 202, '429 TOO_MANY_REQUESTS']);
    expect(Number(answers[5]!.headers.get('retry-after'))).toBeGreaterThan(3000);
    const his = await addSms(bob, phone);
    expect(outcome(await ask(bob, 'POST', `/${his.id}/code`))).toBe('429 TOO_MANY_REQUESTS');
    expect(outcome(await ask(bob, 'POST', `/${(await addSms(bob)).id}/code`))).toBe(202);
  });

  it('is sent ten times an hour to all who ask from one address', async () => {
    const people = await Promise.all(Array.from({ length: 11 }, somebody));
    const answers = [];
    for (const who of people) {
      const { id } = await addSms(who);
      answers.push(outcome(await askFrom('192.0.2.7', who)('POST', `/${id}/code`)));
    }
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 202), '429 TOO_MANY_REQUESTS']);
  });

  it('or a test is a delivery to that contact alone, which its owner sees', async () => {
    const ann = await somebody();
    const { id } = await addSms(ann);
    expect(outcome(await ask(ann, 'POST', `/${id}/test`))).toBe('409 CONTACT_UNVERIFIED');
    const code = (await ask(ann, 'POST', `/${id}/code`)).body.deliveryId;
    await ask(ann, 'POST', `/${id}/verify`, { code: CODE });
    const test = (await ask(ann, 'POST', `/${id}/test`)).body.deliveryId;
    const { items } = (await used().ask(ann, 'GET', '/auth/me/notifications')).body;
    const common = { channel: 'sms', contactId: id, alertId: null, status: 'pending', sentAt: null, receivedAt: null };
    expect(items).toEqual([
      { ...common, id: test, kind: 'test', createdAt: expect.any(String) },
      { ...common, id: code, kind: 'code', createdAt: expect.any(String) },
    ]);
    const row = await used().planted.sql('select target, fallbacks, seq from deliveries where id = $1', [test]);
    expect(row).toEqual([{ target: id, fallbacks: [], seq: null }]);
    const push = { channel: 'push', subscription: pushTo('https://8.8.8.8/') };
    const device = await added(ann, push);
    expect(outcome(await ask(ann, 'POST', `/${device.id}/test`))).toBe('503 CHANNEL_OFF');
  });
});

it('quiet hours are kept in the time zone that somebody names, or in that of the deployment', async () => {
  const ann = await somebody();
  const quiet = (method: string, body?: object) => used().ask(ann, method, '/auth/me/quiet-hours', body);
  const timeZone = 'Africa/Johannesburg';
  expect((await quiet('GET')).body).toEqual({ timeZone });
  await quiet('PUT', { from: '22:00', until: '06:30' });
  expect((await quiet('GET')).body).toEqual({ from: '22:00', until: '06:30', timeZone });
  await quiet('PUT', { from: '00:00', until: '23:59', timeZone: 'Europe/London' });
  expect((await quiet('GET')).body).toEqual({ from: '00:00', until: '23:59', timeZone: 'Europe/London' });
  const wrong = [{ from: '24:00', until: '06:00' }, { from: '06:00', until: '06:00' }, { from: '22:00' }];
  for (const body of wrong) expect(outcome(await quiet('PUT', body))).toBe('400 REQUEST_INVALID');
  expect(outcome(await quiet('DELETE'))).toBe(204);
  expect((await quiet('GET')).body).toEqual({ timeZone });
});

function pushTo(endpoint: string) {
  return { endpoint, keys: { p256dh: 'B'.padEnd(87, 'A'), auth: 'A'.repeat(22) } };
}
