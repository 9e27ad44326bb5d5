import { v7 as uuidv7 } from 'uuid';
import type { RaiseCommand } from '../../src/alerts/decide.js';
import { pendingFields } from '../../src/alerts/pending-press.js';
import { OPERATION_GROUPS } from '../../src/api-docs/operations.js';
import { CLIENT_EVENTS, SERVER_EVENTS, type EventExample } from '../../src/realtime/described-events.js';
import { keys } from '../../src/redis/redis.keys.js';
import { REDIS_ROLES } from '../../src/redis/redis.roles.js';
import { ApiExamples } from '../support/api-examples.js';
import { DescribedApi } from '../support/described-api.js';
import { ask, closeClients, connectResponder, liveResponder, type LiveClient } from '../support/live-client.js';
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

const EXAMPLES = Object.entries(CLIENT_EVENTS).flatMap(([event, described]) =>
  described.examples.map((example): [string, string, EventExample] => [`${event}: ${example.name}`, event, example]),
);

/** What is wrong with a message, by the document. */
const problemsOf = (message: string, payload: unknown) =>
  sockets.problems(['channels', 'sockets', 'messages', message, 'payload'], payload);

describe('the description of the socket events', () => {
  it.each(EXAMPLES)('%s', async (_name, event, { payload, code, after, ...example }) => {
    const token = example.token ?? '{{operatorKey}}';
    const { filled, auth } = await examples.filled({ filled: payload, auth: { token } }, after);
    const client = await liveResponder(used().node.url, auth);
    const message = `client.${event.replaceAll(':', '.')}`;
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

  it('tells what the server sends, to dispatchers and to reporters', async () => {
    const { token } = await examples.filled({ token: '{{login.token}}' }, ['changeOrganisation', 'setMember']);
    const dispatcher = await liveResponder(used().node.url, { token });
    const { body: alert } = await used().client.raise({ message: 'described', location: { lat: -25.7, lng: 28.2 } });
    const reporter = connectResponder(used().node.url, { token: undefined, receiptToken: alert.receiptToken });
    await reporter.reached(alert.seq);
    const { body: after } = await used().client.step(alert.id, 'acknowledge', { note: 'on our way' });
    await Promise.all([dispatcher.reached(after.seq), reporter.reached(after.seq)]);
    await ask(dispatcher, 'position', { lat: -25.7, lng: 28.2 });
    const ahead = connectResponder(used().node.url, { token: TEST_OPERATOR_KEY, cursor: 1_000_000 });
    const operator = await liveResponder(used().node.url, { token: TEST_OPERATOR_KEY });
    await pressWithoutPostgres();
    const sent = () => [dispatcher, reporter, ahead, operator].flatMap(messagesOf);
    const all = Object.keys(SERVER_EVENTS).sort();
    const seen = () => [...new Set(sent().map(([event]) => event))].sort();
    await eventually(() => seen().join() === all.join(), { what: `one of each of ${all.join()}` });
    expect(
      sent()
        .map(([event, payload]) => problemsOf(`server.${event}`, payload))
        .filter(Boolean),
    ).toEqual([]);
  });
});

/** What another process has taken, which does not reach Postgres. */
async function pressWithoutPostgres(): Promise<void> {
  const press: RaiseCommand = {
    type: 'raise',
    newId: uuidv7(),
    at: new Date().toISOString(),
    actor: { kind: 'reporter' },
    press: { test: false, verified: true },
  };
  const command = { ...press, promised: { id: uuidv7(), first: true } };
  const streams = used().redis.admin();
  await streams.select(REDIS_ROLES.realtime.db);
  await streams.xadd(keys.pending(), '*', ...pendingFields({ command }));
}

/** Everything that a client was told, by event. */
function messagesOf(client: LiveClient): [string, unknown][] {
  const { snapshots, alerts, presence, provisional, returns, resyncs, reach, positions } = client;
  const told = {
    snapshot: snapshots,
    alert: alerts,
    presence,
    provisional,
    return: returns,
    reach,
    position: positions,
  };
  return [
    ...Object.entries(told).flatMap(([event, payloads]) => payloads.map((each): [string, unknown] => [event, each])),
    ...resyncs.map((reason): [string, unknown] => ['resync', { reason }]),
  ];
}
