import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ALERTS_PATH, type Json } from '../support/alerts-client.js';
import { closeClients, LiveClient } from '../support/live-client.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { eventually } from '../support/eventually.js';
import { useNode } from '../support/use-node.js';

const PER_ADDRESS = 60;
/** A minute's worth of presses, as fast as this many connections bring them. */
const FLOOD = 2000;
const CONNECTIONS = 4;
const ALONE = 100;
/** Behind the flood others would wait for seconds; ms at p99, with room for a machine that does other work. */
const DELAY_MS = 500;

// A proxy says where each press comes from.
const used = useNode({ NABOOM_TRUSTED_PROXIES: '127.0.0.1', NABOOM_FLOOD_TOTAL: '100000' });
const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());
afterEach(closeClients);

async function press(from: string, body: object = {}): Promise<Json> {
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  const sent = request(used().node.url + ALERTS_PATH, { method: 'POST', agent, headers });
  sent.end(JSON.stringify(body));
  const [response] = await once(sent, 'response');
  const answer = JSON.parse(await text(response));
  expect(response.statusCode).toBe(201);
  return answer;
}

/** Presses from one address, all of them. */
async function flood(address: string): Promise<Json[]> {
  let left = FLOOD;
  const answers: Json[] = [];
  const connection = async () => {
    while ((left -= 1) >= 0) answers.push(await press(address, { message: `flood ${left}` }));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return answers;
}

/** Presses from an address each until `enough`; ms from each press to its arrival at a responder, and to its answer. */
async function delays(responder: LiveClient, enough: (done: number) => boolean) {
  const delivered: number[] = [];
  const answered: number[] = [];
  while (!enough(delivered.length)) {
    const startedAt = performance.now();
    const { id, warnings } = await press(`198.51.${delivered.length >> 8}.${delivered.length & 255}`);
    answered.push(performance.now() - startedAt);
    expect(warnings).toEqual([]);
    await arrivals(responder, id);
    delivered.push(performance.now() - startedAt);
  }
  return { delivered: p99(delivered), answered: p99(answered), count: delivered.length };
}

/** Resolves when the responder has heard of an alert. */
async function arrivals(responder: LiveClient, id: string): Promise<void> {
  const has = () => responder.alerts.some(({ alert }) => alert.id === id);
  while (!has()) await new Promise((resolve) => void responder.socket.once('alert', resolve));
}

function p99(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)]!;
}

async function listed(): Promise<Json[]> {
  const items: Json[] = [];
  let cursor = '';
  do {
    const { body } = await used().client.get(`${ALERTS_PATH}?limit=200${cursor}`);
    items.push(...body.items);
    cursor = body.next ? `&cursor=${body.next}` : '';
  } while (cursor);
  return items;
}

describe('2 000 presses from one address', () => {
  it('are all stored, most of them unverified, and delay nobody else', async () => {
    const responder = new LiveClient(used().node.url, { token: TEST_OPERATOR_KEY });
    await eventually(() => responder.presence.length > 0, { what: 'a live socket' });
    const alone = await delays(responder, (done) => done >= ALONE);
    let over = false;
    const flooding = flood('203.0.113.66').finally(() => (over = true));
    const during = await delays(responder, () => over);
    const answers = await flooding;

    expect(during.count).toBeGreaterThan(20);
    expect(during.delivered - alone.delivered).toBeLessThan(DELAY_MS);
    expect(during.answered - alone.answered).toBeLessThan(DELAY_MS);
    const warned = answers.filter(({ warnings }) => warnings.join().includes('flood'));
    const stored = new Map((await listed()).map((alert) => [alert.id, alert.verified]));
    expect(answers.filter(({ id }) => stored.has(id))).toHaveLength(FLOOD);
    expect(warned.filter(({ id }) => stored.get(id) === false)).toHaveLength(warned.length);
    // What a minute may bring, and what the seconds of the flood earned.
    expect(FLOOD - warned.length).toBeGreaterThanOrEqual(PER_ADDRESS);
    expect(FLOOD - warned.length).toBeLessThan(2 * PER_ADDRESS);
    expect([...stored.values()].filter((verified) => !verified)).toHaveLength(warned.length);
  }, 60_000);
});

describe('after a flood from an address', () => {
  const FLOODED = '203.0.113.67';
  const isFlood = ({ warnings }: Json) => warnings.join().includes('flood');
  const verified = async (id: string) => (await used().client.get(`${ALERTS_PATH}/${id}`)).body.verified;

  beforeAll(async () => {
    for (let n = 0; n < 2 * PER_ADDRESS; n += 1) await press(FLOODED);
  });

  it('a verified alert stays verified when one more press of it comes from there', async () => {
    const body = { contact: { phone: '0820004001' } };
    const { id } = await press('198.51.100.1', body);
    const headers = { 'x-forwarded-for': FLOODED };
    expect((await used().client.raise(body, headers)).body).toMatchObject({
      id,
      warnings: [expect.stringMatching('flood')],
    });
    expect(await verified(id)).toBe(true);
  });

  it('an unverified one becomes verified when a press of it comes from elsewhere', async () => {
    const { id, receiptToken } = await press(FLOODED);
    const receipt = { authorization: `Bearer ${receiptToken}` };
    const again = await used().client.raise({}, { ...receipt, 'x-forwarded-for': FLOODED });
    expect(again.body.id).toBe(id);
    expect(await verified(id)).toBe(false);
    expect((await used().client.raise({}, { ...receipt, 'x-forwarded-for': '198.51.100.2' })).body).toMatchObject({
      id,
      warnings: [],
    });
    expect(await verified(id)).toBe(true);
  });

  it('operators are taken at their word', async () => {
    const headers = { authorization: `Bearer ${TEST_OPERATOR_KEY}`, 'x-forwarded-for': FLOODED };
    expect((await used().client.raise({}, headers)).body.warnings).toEqual([]);
  });

  it('its sockets are no way around', async () => {
    const { id, receiptToken } = await press('198.51.100.3');
    const extraHeaders = { 'x-forwarded-for': FLOODED };
    const reporter = new LiveClient(used().node.url, { receiptToken }, { extraHeaders });
    await eventually(() => reporter.snapshots.length > 0);
    const raise = (): Promise<Json> => reporter.socket.timeout(3000).emitWithAck('alert:raise', {});
    expect(await raise()).toMatchObject({ id, warnings: [] });
    expect((await used().client.step(id, 'resolve')).status).toBe(200);
    // A busy machine takes seconds, and each earns a press.
    await eventually(async () => isFlood(await press(FLOODED)));
    const another = await raise();
    expect(another.id).not.toBe(id);
    expect(isFlood(another)).toBe(true);
    expect(await verified(another.id)).toBe(false);
  });
});
