import { OPERATION_GROUPS } from '../../src/api-docs/operations.js';
import { CLIENT_EVENTS, SERVER_EVENTS, type EventExample } from '../../src/realtime/described-events.js';
import { ApiExamples } from '../support/api-examples.js';
import { DescribedApi } from '../support/described-api.js';
import { ask, closeClients, connectResponder, liveResponder } from '../support/live-client.js';
import { eventually } from '../support/eventually.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';
import { useNode } from '../support/use-node.js';

const used = useNode();
let examples: ApiExamples;
let sockets: DescribedApi;

beforeAll(async () => {
  examples = new ApiExamples(used().node.url, OPERATION_GROUPS, { operatorKey: TEST_OPERATOR_KEY });
  sockets = new DescribedApi((await used().client.ask('/docs/asyncapi.json')).body);
});
afterEach(closeClients);

const AS_OPERATOR = { token: TEST_OPERATOR_KEY };
const EXAMPLES = Object.entries(CLIENT_EVENTS).flatMap(([event, described]) =>
  described.examples.map((example): [string, string, EventExample] => [`${event}: ${example.name}`, event, example]),
);

/** What is wrong with a message, by the document. */
const problemsOf = (message: string, payload: unknown) =>
  sockets.problems(['channels', 'sockets', 'messages', message, 'payload'], payload);

describe('the description of the socket events', () => {
  it.each(EXAMPLES)('%s', async (_name, event, { payload, code }) => {
    const client = await liveResponder(used().node.url, AS_OPERATOR);
    const filled = await examples.filled(payload);
    const message = event.replace(':', '.');
    const answer = await ask(client, event, filled);
    expect({ code: answer['code'], readable: problemsOf(message, filled) === null }).toEqual({
      code,
      readable: code !== 'REQUEST_INVALID',
    });
    expect(problemsOf(`${message}.answer`, answer)).toBeNull();
  });

  it('names only problems that an event has', () => {
    const wrong = Object.values(CLIENT_EVENTS).flatMap(({ errors, examples: shown }) =>
      shown.filter(({ code }) => code && !errors.includes(code)),
    );
    expect(wrong).toEqual([]);
  });

  it('tells what the server sends, to responders and to reporters', async () => {
    const responder = await liveResponder(used().node.url, AS_OPERATOR);
    const { body: alert } = await used().client.raise({ message: 'described', location: { lat: -25.7, lng: 28.2 } });
    const reporter = connectResponder(used().node.url, { token: undefined, receiptToken: alert.receiptToken });
    await reporter.reached(alert.seq);
    const { body: after } = await used().client.step(alert.id, 'acknowledge', { note: 'on our way' });
    await Promise.all([responder.reached(after.seq), reporter.reached(after.seq)]);
    const ahead = connectResponder(used().node.url, { ...AS_OPERATOR, cursor: 1_000_000 });
    await eventually(() => ahead.resyncs.length > 0, { what: 'a resync' });
    const sent: [keyof typeof SERVER_EVENTS, unknown][] = [
      ...[...responder.snapshots, ...reporter.snapshots].map((each) => ['snapshot', each] as const),
      ...[...responder.alerts, ...reporter.alerts].map((each) => ['alert', each] as const),
      ...responder.presence.map((each) => ['presence', each] as const),
      ...ahead.resyncs.map((reason) => ['resync', { reason }] as const),
    ].map(([event, payload]) => [event, payload]);
    expect(new Set(sent.map(([event]) => event))).toEqual(new Set(Object.keys(SERVER_EVENTS)));
    expect(sent.map(([event, payload]) => problemsOf(event, payload)).filter(Boolean)).toEqual([]);
  });
});
