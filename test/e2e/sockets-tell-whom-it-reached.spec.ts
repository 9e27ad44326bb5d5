import type { Alert } from '../../src/alerts/alert.js';
import { AlertReading } from '../../src/alerts/alert-reading.js';
import type { Reach, ReachCounts } from '../../src/alerts/reach-reader.js';
import { CallerIdentity } from '../../src/auth/caller-identity.js';
import { ReceiptTokens } from '../../src/auth/receipt-tokens.js';
import { eventually } from '../support/eventually.js';
import { ask, LiveClient } from '../support/live-client.js';
import { cancelAsReporter, raiseAt } from '../support/placed-alerts.js';
import type { PlantedPeople, PlantedPerson } from '../support/planted-people.js';
import { OPERATOR_KEY, type RealtimeNode } from '../support/realtime-node.js';
import { useNodePair } from '../support/use-node-pair.js';

let people: PlantedPeople;
let one: RealtimeNode;
let two: RealtimeNode;
let north: string;
let hill: string;
let ann: PlantedPerson;
let bob: PlantedPerson;
let chief: PlantedPerson;

const pair = useNodePair(async (planted) => {
  people = planted;
  north = await people.organisation();
  hill = await people.area(north);
  ann = await people.person('Ann', { [north]: 'responder' }, [hill]);
  bob = await people.person('Bob', { [north]: 'responder' }, [hill]);
  chief = await people.person('Chief', { [north]: 'dispatcher' });
});
beforeAll(() => void ({ one, two } = pair()));

const NONE: ReachCounts = { pushed: 0, received: 0, seen: 0, acknowledged: 0, en_route: 0, on_scene: 0 };
const receiptOf = ({ id }: Alert) => one.app.get(ReceiptTokens).issue({ alertId: id, scope: 'reporter' });

async function live(node: RealtimeNode, auth: object): Promise<LiveClient> {
  const client = new LiveClient(node.url, auth);
  await eventually(() => client.snapshots.length > 0, { what: 'a snapshot' });
  return client;
}

/** What HTTP answers about whom an alert reached. */
async function reachFor({ id }: Alert, token: string): Promise<Reach> {
  const caller = await one.app.get(CallerIdentity).identify(token);
  return (await one.app.get(AlertReading).one(caller, id)).reach;
}

async function untilTold(client: LiveClient, counts: Partial<ReachCounts>): Promise<void> {
  await eventually(() => expect(client.reach.at(-1)?.counts).toMatchObject(counts) === undefined, { withinMs: 4000 });
}

describe('whom an alert reached', () => {
  it('is counted for its reporter, named for dispatchers, and told live on every node', async () => {
    const [onOne, onTwo, dispatcher, operator] = await Promise.all([
      live(one, ann),
      live(two, bob),
      live(two, chief),
      live(one, { token: OPERATOR_KEY }),
    ]);
    const alert = await raiseAt(one, { places: { areas: [hill], organisations: [north] } });
    const reporter = await live(two, { receiptToken: receiptOf(alert) });
    await untilTold(dispatcher, { pushed: 3 });
    expect(await ask(onOne, 'alert:received', { id: alert.id })).toMatchObject({ id: alert.id });
    await ask(onTwo, 'alert:received', { id: alert.id });
    await ask(onTwo, 'alert:seen', { id: alert.id });
    await ask(onTwo, 'alert:acknowledge', { id: alert.id });
    await ask(onTwo, 'alert:respond', { id: alert.id, status: 'en_route', etaMinutes: 5 });
    const counts = { pushed: 3, received: 2, seen: 1, acknowledged: 1, en_route: 1, on_scene: 0 };
    for (const client of [reporter, dispatcher, operator]) await untilTold(client, counts);
    expect(onOne.reach).toEqual([]);
    expect(await reachFor(alert, receiptOf(alert))).toEqual({ counts });
    expect(await reachFor(alert, ann.token)).toEqual({ counts });
    const named = await reachFor(alert, chief.token);
    expect(named.counts).toEqual(counts);
    const at = expect.stringMatching(/Z$/);
    const [pushed, received, seen] = [
      { at, channel: 'socket' },
      { at, channel: 'socket' },
      { at, channel: 'socket' },
    ];
    const byName = new Map(named.people!.map((each) => [each.name, each]));
    expect(byName.get('Ann')).toEqual({ userId: ann.id, name: 'Ann', stages: { pushed, received } });
    const stages = { pushed, received, seen, acknowledged: { at }, en_route: { at } };
    expect(byName.get('Bob')).toMatchObject({ userId: bob.id, stages });
    expect(new Set(byName.keys())).toEqual(new Set(['Ann', 'Bob', 'Chief']));
  });

  it('stays for a reporter under duress what it was, as after a real cancellation', async () => {
    const responder = await live(one, ann);
    const dispatcher = await live(one, chief);
    const places = { areas: [hill], organisations: [north] };
    const [forced, real] = [await raiseAt(one, { places }), await raiseAt(one, { places })];
    const reporters = await Promise.all([forced, real].map((each) => live(two, { receiptToken: receiptOf(each) })));
    for (const { id } of [forced, real]) await ask(responder, 'alert:received', { id });
    for (const reporter of reporters) await untilTold(reporter, { pushed: 2, received: 1 });
    await cancelAsReporter(one, forced, true);
    await cancelAsReporter(one, real, false);
    const told = reporters.map(({ reach }) => reach.length);
    const before = { ...NONE, pushed: 2, received: 1 };
    for (const { id } of [forced, real]) await ask(responder, 'alert:seen', { id });
    await ask(responder, 'alert:respond', { id: forced.id, status: 'on_scene' });
    await eventually(() => dispatcher.reach.some(({ id, counts }) => id === forced.id && counts.on_scene === 1));
    expect((await reachFor(forced, chief.token)).counts).toEqual({
      ...before,
      seen: 1,
      acknowledged: 1,
      on_scene: 1,
    });
    for (const each of [forced, real]) expect((await reachFor(each, receiptOf(each))).counts).toEqual(before);
    expect(reporters.map(({ reach }) => reach.length)).toEqual(told);
  });

  it('is told by those alone whom it reached', async () => {
    const alert = await raiseAt(one, { places: { areas: [hill], organisations: [north] }, reporterId: bob.id });
    const stranger = await live(one, await people.person('Stranger'));
    const reporter = await live(one, bob);
    const operator = await live(one, { token: OPERATOR_KEY });
    for (const client of [stranger, reporter, operator]) {
      expect(await ask(client, 'alert:seen', { id: alert.id })).toMatchObject({ code: 'FORBIDDEN' });
    }
    const unknown = { id: '0199aaaa-0000-7000-8000-000000000000' };
    expect(await ask(operator, 'alert:received', unknown)).toMatchObject({ code: 'ALERT_NOT_FOUND' });
    expect(await ask(operator, 'alert:received', {})).toMatchObject({ code: 'REQUEST_INVALID' });
    expect((await reachFor(alert, chief.token)).counts.seen).toBe(0);
  });
});
