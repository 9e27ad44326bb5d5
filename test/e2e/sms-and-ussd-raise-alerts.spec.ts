import { createHmac } from 'node:crypto';
import { ALERTS_PATH, type Answer } from '../support/alerts-client.js';
import { eventually } from '../support/eventually.js';
import { useNode } from '../support/use-node.js';

const SECRET = 'secret-of-the-gateways-of-this-test';
const AUTH_TOKEN = 'auth-token-of-this-test';
const SMS = '/api/v1/inbound/sms';
const USSD = `/api/v1/inbound/ussd/${SECRET}`;

const used = useNode({ NABOOM_INBOUND_SECRET: SECRET, NABOOM_TWILIO_AUTH_TOKEN: AUTH_TOKEN });

const post = (path: string, body: NonNullable<RequestInit['body']>, headers: Record<string, string> = {}) =>
  used().client.ask(path, { method: 'POST', headers, body });
const postForm = (path: string, fields: Record<string, string>, headers = {}) =>
  post(path, new URLSearchParams(fields), headers);

function fromClickatell(message: object, path = `${SMS}/clickatell/${SECRET}`): Promise<Answer> {
  return post(path, JSON.stringify(message), { 'content-type': 'application/json' });
}

function fromAfricasTalking(fields: Record<string, string>): Promise<Answer> {
  return postForm(`${SMS}/africastalking?secret=${SECRET}`, { to: '22384', linkId: 'l', ...fields });
}

function fromTwilio(fields: Record<string, string>, { token = AUTH_TOKEN, query = '' } = {}): Promise<Answer> {
  const path = `${SMS}/twilio${query}`;
  const sorted = Object.keys(fields)
    .sort()
    .map((name) => name + fields[name]);
  const signature = createHmac('sha1', token)
    .update(used().node.url + path + sorted.join(''))
    .digest('base64');
  return postForm(path, fields, { 'x-twilio-signature': signature });
}

const listed = async () => (await used().client.get(`${ALERTS_PATH}?limit=200`)).body.items;
async function alertOf(phone: string) {
  const found = (await listed()).filter((alert: { contact?: { phone?: string } }) => alert.contact?.phone === phone);
  expect(found).toHaveLength(1);
  return found[0];
}

describe('a text message raises an alert with the number of its sender', () => {
  it('by Clickatell', async () => {
    const moText = [{ channel: 'sms', messageId: 'c-1', from: '27820001001', to: '27870', content: 'They are inside' }];
    const answer = await fromClickatell({ integrationId: 'i', event: { moText } });
    expect(answer).toMatchObject({ status: 200, body: { received: true } });
    expect(await alertOf('+27820001001')).toMatchObject({ source: 'sms', message: 'They are inside', verified: true });
  });

  it("by Africa's Talking, at the place that it names", async () => {
    const text = 'Help https://maps.google.com/?q=-25.7461,28.1881';
    expect((await fromAfricasTalking({ from: '+27820001002', text, id: 'a-1' })).status).toBe(200);
    expect(await alertOf('+27820001002')).toMatchObject({ source: 'sms', location: { lat: -25.7461, lng: 28.1881 } });
  });

  it('by Twilio, which texts back the reference', async () => {
    const answer = await fromTwilio({ From: '+27820001003', To: '+2787', Body: 'help & <hurry>', MessageSid: 'SM-1' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain('text/xml');
    const { reference, message } = await alertOf('+27820001003');
    expect(answer.body).toContain(`<Response><Message>${reference}: alert received`);
    expect(message).toBe('help & <hurry>');
  });

  it('once, however often the gateway sends it', async () => {
    const message = { fromNumber: '27820001004', text: 'help', replyMessageId: 'c-2' };
    await Promise.all([1, 2, 3].map(() => fromClickatell(message)));
    await fromClickatell(message);
    expect(await alertOf('+27820001004')).toMatchObject({ repeatCount: 0, message: 'help' });
    await fromClickatell({ ...message, replyMessageId: 'c-3', text: 'hurry' });
    expect(await alertOf('+27820001004')).toMatchObject({ repeatCount: 1, message: 'help\nhurry' });
  });

  it('or adds to what the same person raised on the web', async () => {
    const web = await used().client.raise({ contact: { phone: '082 000 1005' }, kind: 'fire' });
    const reply = await fromTwilio({ From: '+27820001005', Body: 'behind the school', MessageSid: 'SM-2' });
    expect(reply.body).toContain(`${web.body.reference}: added to your alert`);
    expect(await alertOf('+27820001005')).toMatchObject({
      id: web.body.id,
      kind: 'fire',
      source: 'web',
      message: 'behind the school',
      repeatCount: 1,
    });
  });

  it('as a drill when it says TEST, and without trust when it says STOP or comes from no phone', async () => {
    await fromAfricasTalking({ from: '+27820001006', text: 'TEST', id: 'a-2' });
    expect(await alertOf('+27820001006')).toMatchObject({ test: true, verified: true });
    await fromAfricasTalking({ from: '+27820001007', text: 'STOP', id: 'a-3' });
    expect(await alertOf('+27820001007')).toMatchObject({ status: 'open', message: 'STOP', verified: false });
    await fromAfricasTalking({ from: 'MyBank', text: 'You won', id: 'a-4' });
    const named = (await listed()).filter(({ contact }: { contact?: object }) =>
      JSON.stringify(contact)?.includes('MyBank'),
    );
    expect(named).toMatchObject([{ contact: { name: 'MyBank' }, verified: false }]);
  });
});

describe('a gateway proves who it is', () => {
  const message = { fromNumber: '27820002001', text: 'help', replyMessageId: 'x' };

  it.each([
    ['no secret', `${SMS}/clickatell`],
    ['a wrong secret', `${SMS}/clickatell/${SECRET}x`],
    ['a wrong secret in the query', `${SMS}/clickatell?secret=x`],
    ["another provider's way, without a signature", `${SMS}/twilio/${SECRET}`],
    ['no secret for USSD', '/api/v1/inbound/ussd'],
  ])('or is refused: %s', async (_what, path) => {
    const before = (await listed()).length;
    expect(await fromClickatell(message, path)).toMatchObject({ status: 403, body: { code: 'GATEWAY_REFUSED' } });
    expect((await listed()).length).toBe(before);
  });

  it('or is refused: a signature with another token', async () => {
    const fields = { From: '+27820002002', Body: 'help', MessageSid: 'SM-9' };
    expect(await fromTwilio(fields, { token: 'not-the-token' })).toMatchObject({ status: 403 });
    expect(await fromTwilio(fields, { query: '?bodyOf=1' })).toMatchObject({ status: 200 });
  });

  it('and is told when what it sends is no message, or nobody knows it', async () => {
    expect(await fromClickatell({ messageId: 'm', statusCode: 4 })).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID' },
    });
    expect(await fromClickatell(message, `${SMS}/pigeon/${SECRET}`)).toMatchObject({
      status: 404,
      body: { code: 'ROUTE_NOT_FOUND' },
    });
  });

  it('without its secret in the log', async () => {
    await fromClickatell(message, `${SMS}/clickatell/${SECRET}/and-more`);
    await fromClickatell(message, `${SMS}/clickatell/${SECRET}`);
    await eventually(() => used().node.log().includes('/inbound/[redacted]'), { what: 'the line of the last request' });
    expect(used().node.log()).toContain('/api/v1/inbound/sms/:provider/:secret');
    expect(used().node.log()).not.toContain(SECRET);
  });
});

describe('a USSD dialogue', () => {
  const dial = async (sessionId: string, text: string, phoneNumber = '+27820003001') => {
    const { status, headers, body } = await postForm(USSD, { sessionId, serviceCode: '*384*1#', phoneNumber, text });
    expect({ status, type: headers.get('content-type') }).toEqual({ status: 200, type: 'text/plain; charset=utf-8' });
    return body as string;
  };

  it('raises at the first choice, adds the place, and never raises twice', async () => {
    expect(await dial('s-1', '')).toMatch(/^CON .*1 Panic.*2 Medical.*3 Fire.*4 Crime/s);
    expect((await listed()).filter(({ source }: { source: string }) => source === 'ussd')).toEqual([]);
    const asked = await dial('s-1', '2');
    const raised = await alertOf('+27820003001');
    expect(raised).toMatchObject({ source: 'ussd', kind: 'medical', status: 'open', location: null, verified: true });
    expect(asked).toMatch(new RegExp(`^CON .*${raised.reference}.*Where are you`, 's'));
    const located = await dial('s-1', '2*Main Road 5, behind * the shop');
    expect(located).toMatch(new RegExp(`^END .*${raised.reference}`));
    await Promise.all(['2', '2*Main Road 5, behind * the shop', '2*0'].map((text) => dial('s-1', text)));
    expect(await alertOf('+27820003001')).toMatchObject({
      id: raised.id,
      location: 'Main Road 5, behind * the shop',
      repeatCount: 0,
      severity: raised.severity,
    });
  });

  it('may be dialled in one go, and folds with the same person on the web', async () => {
    const web = await used().client.raise({ contact: { phone: '0820003002' } });
    expect(await dial('s-2', '1*church', '+27820003002')).toContain(web.body.reference);
    expect(await alertOf('+27820003002')).toMatchObject({ id: web.body.id, location: 'church', repeatCount: 1 });
  });
});
