import { isDeepStrictEqual } from 'node:util';
import type { Places } from '../../src/alerts/alert.js';
import { eventually } from '../support/eventually.js';
import { Follower } from '../support/follower.js';
import { move, raiseAt, repeat } from '../support/placed-alerts.js';
import type { PlantedPeople } from '../support/planted-people.js';
import { OPERATOR_KEY, type RealtimeNode } from '../support/realtime-node.js';
import { useNodePair } from '../support/use-node-pair.js';

let people: PlantedPeople;
let one: RealtimeNode;
let two: RealtimeNode;
/** Organisation `north` with the areas `hill` and `dale`; `south` has none. */
let north: string;
let south: string;
let hill: string;
let dale: string;

const pair = useNodePair(async (planted) => {
  people = planted;
  [north, south] = [await people.organisation(), await people.organisation()];
  [hill, dale] = [await people.area(north), await people.area(north)];
});
beforeAll(() => void ({ one, two } = pair()));

const inArea = (...areas: string[]): Places => ({ areas, organisations: [north] });
describe('an alert that moves from one area to another', () => {
  it('goes from the responders of the one to those of the other, without a gap or a double', async () => {
    const [onHill, onDale] = [
      await people.person('Hilda', { [north]: 'responder' }, [hill]),
      await people.person('Dale', { [north]: 'responder' }, [dale]),
    ];
    const followers = {
      hill: new Follower(onHill),
      returning: new Follower(onHill),
      dale: new Follower(onDale),
      dispatcher: new Follower(await people.person('Chief', { [north]: 'dispatcher' })),
      machine: new Follower({ token: await people.apiKey(north, ['alerts:read']) }),
      operator: new Follower({ token: OPERATOR_KEY }),
      foreign: new Follower(await people.person('Foreigner', { [south]: 'dispatcher' })),
    };
    const all = Object.values(followers);
    await Promise.all(all.map((each, index) => each.connect(index % 2 === 0 ? one : two)));
    const nowhere = await raiseAt(one, { message: 'help' });
    const contact = { name: 'Neo', phone: '+27821230009' };
    const moving = await raiseAt(two, {
      message: 'I run',
      contact,
      places: inArea(hill),
      location: { lat: 1, lng: 2 },
    });
    await eventually(() => followers.returning.heard.length === 1);
    followers.returning.drop();
    await move(one, moving.id, inArea(dale), 3.14159);
    await followers.returning.connect(two);
    const last = await move(two, moving.id, { areas: [], organisations: [north] }, 4.2);
    const end = await move(one, moving.id, inArea(hill, dale), 5.5);
    const gone = await move(two, moving.id, { areas: [], organisations: [south] }, 6.6);
    await eventually(() => followers.foreign.heard.at(-1) === gone.seq);
    const [from, to] = [moving.seq, gone.seq];
    for (const name of ['hill', 'returning', 'dale', 'dispatcher', 'machine'] as const) {
      const { heard, held } = followers[name];
      await eventually(() => heard.at(-1) === to, { what: name });
      expect([name, heard]).toEqual([name, [from, from + 1, last.seq, end.seq, to]]);
      expect([name, [...held]]).toEqual([name, []]);
    }
    expect(followers.operator.heard).toEqual([nowhere.seq, from, from + 1, last.seq, end.seq, to]);
    expect([...followers.foreign.held.keys()]).toEqual([moving.id]);
    const [raisedOnHill, movedAway] = followers.hill.clients[0]!.alerts;
    expect(raisedOnHill!.alert).toMatchObject({ message: 'I run', contact, location: { lat: 1, lng: 2 } });
    expect(movedAway!.alert).toMatchObject({ message: null, contact: null, location: { lat: 3.14, lng: 3.14 } });
    const messages = followers.dale.clients[0]!.alerts;
    expect(messages.map(({ alert }) => alert.message)).toEqual([null, 'I run', null, 'I run', null]);
    expect(messages.at(-1)).toMatchObject({ gone: true, alert: { id: moving.id, location: null } });
    expect(messages.slice(0, -1).every((message) => !('gone' in message))).toBe(true);
  });

  it('leaves whoever comes and goes meanwhile with what the server would show', async () => {
    const places = [inArea(hill), inArea(dale), inArea(hill, dale), { areas: [], organisations: [south] }];
    const persons = [
      await people.person('One', { [north]: 'responder' }, [hill]),
      await people.person('Two', { [north]: 'responder', [south]: 'responder' }, [dale]),
      await people.person('Three', { [north]: 'dispatcher' }),
    ];
    const followers = persons.flatMap((each) => [new Follower(each), new Follower(each)]);
    await Promise.all(followers.map((each, index) => each.connect(index % 2 === 0 ? one : two)));
    const alerts = await Promise.all(places.map((place) => raiseAt(one, { places: place })));
    const moves: ReturnType<typeof move>[] = [];
    for (let round = 0; round < 24; round += 1) {
      const alert = alerts[round % alerts.length]!;
      moves.push(move(round % 2 === 0 ? one : two, alert.id, places[((round * 7) % 5) % 4]!, round));
      const follower = followers[round % followers.length]!;
      if (round % 3 === 0) {
        follower.drop();
        await follower.connect(round % 2 === 0 ? two : one);
      }
    }
    const last = Math.max(...(await Promise.all(moves)).map(({ seq }) => seq));
    for (const [index, follower] of followers.entries()) {
      const fresh = new Follower(follower.auth);
      await fresh.connect(one);
      await eventually(() => isDeepStrictEqual(follower.held, fresh.held), { what: `what follower ${index} holds` });
      expect(follower.heard).toEqual([...new Set(follower.heard)].sort((a, b) => a - b));
      expect(follower.heard.at(-1)).toBeLessThanOrEqual(last);
    }
  });
});

describe('an alert that is not verified', () => {
  it('is told to dispatchers, operators and its reporter, and to the responders of its area once it is', async () => {
    const phone = '+27821230010';
    const reporter = await people.person('Rita', { [north]: 'member' });
    const followers = {
      responder: new Follower(await people.person('Rex', { [north]: 'responder' }, [hill])),
      dispatcher: new Follower(await people.person('Della', { [north]: 'dispatcher' })),
      operator: new Follower({ token: OPERATOR_KEY }),
      reporter: new Follower(reporter),
    };
    await Promise.all(Object.values(followers).map((each) => each.connect(two)));
    const places = inArea(hill);
    const doubted = await raiseAt(one, { places, verified: false, reporterId: reporter.id, message: 'really' });
    const other = await raiseAt(one, { places });
    await eventually(() => followers.responder.heard.includes(other.seq));
    expect(followers.responder.heard).toEqual([other.seq]);
    for (const name of ['dispatcher', 'operator'] as const) {
      await eventually(() => followers[name].heard.includes(other.seq), { what: name });
      expect(followers[name].heard).toEqual([doubted.seq, other.seq]);
    }
    await eventually(() => followers.reporter.heard.length > 0);
    expect(followers.reporter.heard).toEqual([doubted.seq]);
    expect(followers.reporter.held.get(doubted.id)).not.toHaveProperty('verified');
    const late = new Follower(followers.responder.auth);
    await late.connect(one);
    expect(late.held.has(doubted.id)).toBe(false);
    const verified = await repeat(one, doubted, { contact: { phone } });
    expect(verified).toMatchObject({ id: doubted.id, verified: true });
    await eventually(() => followers.responder.heard.includes(verified.seq));
    expect(followers.responder.held.get(doubted.id)).toMatchObject({ message: 'really', verified: true });
  });
});
