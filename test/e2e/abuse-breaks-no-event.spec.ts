import fc from 'fast-check';
import { OPERATION_GROUPS } from '../../src/api-docs/operations.js';
import { ERRORS } from '../../src/errors/error-codes.js';
import { CLIENT_EVENTS } from '../../src/realtime/described-events.js';
import { almost } from '../support/abuse/by-schema.js';
import { INSIDES } from '../support/abuse/judge.js';
import { Dealer, spoilt } from '../support/abuse/naughty-values.js';
import { NAUGHTY } from '../support/abuse/naughty-strings.js';
import { ApiExamples } from '../support/api-examples.js';
import { connectBare } from '../support/bare-client.js';
import { DescribedApi } from '../support/described-api.js';
import { ask, closeClients, liveResponder, LiveClient } from '../support/live-client.js';
import { eventually } from '../support/eventually.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';

const used = useNode({ NABOOM_LOG_LEVEL: 'trace' });
const EVENTS = Object.entries(CLIENT_EVENTS);
/** Payloads by chance, to each event. */
const CHANCES = 15;
/** What one socket may ask at once. */
const BURST = 30;
const dealer = new Dealer();
let examples: ApiExamples;
let sockets: DescribedApi;

beforeAll(async () => {
  examples = new ApiExamples(used().node.url, OPERATION_GROUPS, { operatorKey: TEST_OPERATOR_KEY });
  sockets = new DescribedApi((await used().client.ask('/docs/asyncapi.json')).body);
});
afterEach(closeClients);

/** What is wrong with an answer. */
function faultsOf(event: string, payload: unknown, answer: Record<string, unknown>): string[] {
  const code = answer['code'] as string | undefined;
  const place = ['channels', 'sockets', 'messages', `client.${event.replaceAll(':', '.')}.answer`, 'payload'];
  const undescribed = code === undefined ? sockets.problems(place, answer) : null;
  return [
    code !== undefined && !(Object.hasOwn(ERRORS, code) && ERRORS[code as keyof typeof ERRORS].status < 500)
      ? `${code}`
      : '',
    code !== undefined && INSIDES.test(JSON.stringify(answer)) ? `tells of its insides: ${JSON.stringify(answer)}` : '',
    undescribed === null ? '' : `not as described: ${JSON.stringify(undescribed)}`,
    event === 'alert:raise' && code !== undefined ? `a panic is refused: ${code}` : '',
  ]
    .filter((fault) => fault !== '')
    .map((fault) => `${event} ${JSON.stringify(payload)}: ${fault}`);
}

/** Sends each payload, over as many sockets as the pace of one asks for. */
async function abuse(event: string, token: string, payloads: readonly unknown[]): Promise<string[]> {
  const faults: string[] = [];
  for (let begin = 0; begin < payloads.length; begin += BURST) {
    const client = await liveResponder(used().node.url, { token });
    const asked = payloads.slice(begin, begin + BURST).map(async (payload) => {
      faults.push(...faultsOf(event, payload, await ask(client, event, payload)));
    });
    await Promise.all(asked);
    client.close();
  }
  return faults;
}

describe.each(EVENTS)('%s', (event, { payload, examples: [example] }) => {
  it('is answered well, whatever it holds', async () => {
    const filled = await examples.filled(
      { token: example.token ?? '{{operatorKey}}', payload: example.payload },
      example.after,
    );
    const seed = Date.now();
    const byChance = fc
      .sample(almost(payload), { numRuns: CHANCES, seed })
      .map((each) => JSON.parse(JSON.stringify(each)) as unknown);
    const ofAlert = byChance.map((each) =>
      isObject(each) && 'id' in each && isObject(filled.payload) ? { ...each, id: filled.payload['id'] } : each,
    );
    const faults = await abuse(event, filled.token, [...spoilt(filled.payload, undefined, dealer), ...ofAlert]);
    expect({ seed, faults }).toEqual({ seed, faults: [] });
  });
});

describe('a socket', () => {
  it.each<[string, string]>([
    ['no JSON', '42["alert:raise",{'],
    ['no list', '42{"alert:raise":1}'],
    ['an empty list', '42[]'],
    ['an event that is a number', '42[7,{}]'],
    ['an event that is an object', '42[{"__proto__":{"x":1}},{}]'],
    ['a list of lists, 8 000 deep', `42["alert:acknowledge",${'['.repeat(8000)}${']'.repeat(8000)}]`],
    ['a callback number that is none', '42999999999999999999["alert:acknowledge",{"id":"x"}]'],
    ['an answer to a question that nobody asked', '4312[{}]'],
    ['attachments that never come', '45100-["alert:raise",{"_placeholder":true,"num":0}]'],
    ['an attachment number that is none', '451-["alert:raise",{"_placeholder":true,"num":"__proto__"}]'],
    ['another namespace', '40/admin,{"token":"x"}'],
    ['a second connection to the same namespace', '40{"token":"x"}'],
    ['reserved events', '42["disconnect"]'],
    ['an error event', '42["error",{"message":"x"}]'],
    ['a packet type that there is none of', '49{}'],
    ['a type of Engine.IO that there is none of', '9'],
    ['nothing', ''],
  ])('that sends %s ends at most itself', async (_what, packet) => {
    const bare = await connectBare(Number(new URL(used().node.url).port), { token: TEST_OPERATOR_KEY });
    await eventually(() => bare.heard.some((each) => each.startsWith('42["presence"')));
    bare.socket.on('error', () => undefined);
    bare.socket.send(packet);
    bare.socket.send('421["alert:raise",{}]');
    await eventually(
      () => bare.heard.some((each) => each.startsWith('431')) || bare.socket.readyState === bare.socket.CLOSED,
    );
    bare.socket.terminate();
    const client = await liveResponder(used().node.url, { token: TEST_OPERATOR_KEY });
    expect(await ask(client, 'alert:raise', {})).toMatchObject({ status: 'open', message: null });
  });

  it('is refused with a problem for every handshake of nonsense', async () => {
    const payloads = fc.sample(
      fc.record(
        {
          token: fc.oneof(fc.constantFrom(...NAUGHTY), fc.anything()),
          cursor: fc.anything(),
          severities: fc.anything(),
          audience: fc.anything(),
        },
        { requiredKeys: [] },
      ),
      { numRuns: 20 },
    );
    const clients = payloads.map((auth) => new LiveClient(used().node.url, JSON.parse(JSON.stringify(auth)) as object));
    await eventually(() => clients.every(({ refusals }) => refusals.length > 0), { what: 'an answer to each' });
    const codes = new Set(clients.map(({ refusals: [first] }) => first!.problem?.code));
    expect([...codes].filter((code) => code !== 'REQUEST_INVALID' && code !== 'UNAUTHENTICATED')).toEqual([]);
  });
});

it('a flood by polling, which nobody can stop reading, ends its connection', async () => {
  const path = `${used().node.url}/socket.io/?EIO=4&transport=polling`;
  const opened = await (await fetch(path)).text();
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
  const post = (body: string) => fetch(`${path}&sid=${sid}`, { method: 'POST', body });
  expect((await post(`40${JSON.stringify({ token: TEST_OPERATOR_KEY })}`)).status).toBe(200);
  expect(await (await fetch(`${path}&sid=${sid}`)).text()).toMatch(/^40\{/);
  const nonsense = Array.from({ length: 1600 }, () => '42["x"]').join('\x1e');
  expect((await post(nonsense)).status).toBe(200);
  const isUnknown = async () => (await fetch(`${path}&sid=${sid}`)).status === 400;
  await eventually(isUnknown, { what: 'the end of the connection' });
});

it('nothing of all that was an error of ours', () => {
  expect(used().node.log()).not.toMatch(/unhandled|uncaught|INTERNAL_ERROR|"level":"(error|fatal)"/i);
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
