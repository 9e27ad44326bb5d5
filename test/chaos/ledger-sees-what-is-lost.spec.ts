import { eventually } from '../support/eventually.js';
import { Fleet } from '../support/fleet.js';
import { judge } from '../support/ledger.js';
import { Presses } from '../support/presses.js';
import { Watcher } from '../support/watcher.js';

/** Here nothing is late: what is not there is taken away on purpose. */
const LATE_MS = 200;

let fleet: Fleet;
const watchers: Watcher[] = [];
beforeAll(async () => {
  fleet = await Fleet.start({ apis: 1, webhooks: true });
});
afterAll(() => fleet?.stop());
afterEach(() => {
  for (const watcher of watchers.splice(0)) watcher.close();
});

/** Two watchers, and five presses that both of them and the receiver have. */
async function pressed() {
  const before = new Set((await fleet.sql('select id from alerts')).map(({ id }) => String(id)));
  watchers.push(...fleet.urls.flatMap((url) => [new Watcher(url), new Watcher(url)]));
  await eventually(() => watchers.every(({ cursor }) => cursor !== undefined), { what: 'watchers that watch' });
  const presses = new Presses(fleet.urls);
  for (let press = 0; press < 5; press += 1) presses.press();
  await presses.stop();
  const { receiver, sql } = fleet;
  const witnesses = { presses, watchers, receiver, before, sql, url: fleet.urls[0]!, lateMs: LATE_MS };
  await eventually(async () => (await judge(witnesses)).lost === 0, { what: 'everybody to have everything' });
  return { witnesses, presses, verdict: () => judge(witnesses) };
}

const ALL_THERE = { accepted: 5, delivered: 5, lost: 0, doubled: 0, told: 5 };

it('nothing, where nothing is', async () => {
  const { verdict } = await pressed();
  expect(await verdict()).toEqual(ALL_THERE);
});

it('an alert that the record lacks', async () => {
  const { presses, verdict } = await pressed();
  await fleet.sql('delete from alerts where id = $1', [...presses.accepted[2]!.ids]);
  expect(await verdict()).toEqual({ ...ALL_THERE, lost: 1 });
});

it('an alert that a watcher was not told of', async () => {
  const { presses, verdict } = await pressed();
  watchers[1]!.close();
  presses.press();
  await presses.stop();
  await eventually(() => [...presses.entries.at(-1)!.ids].some((id) => watchers[0]!.seen.has(id)));
  // The alert itself, and a watcher that stands behind the head of the log.
  expect(await verdict()).toMatchObject({ accepted: 6, delivered: 5, lost: 2 });
});

it('an alert that the receiver of events was not told of', async () => {
  const { presses, witnesses } = await pressed();
  const [id] = presses.accepted[1]!.ids;
  // Also not of what happens to it later: that nobody took notice of it, for example.
  const deafTo = () => fleet.receiver!.received.filter(({ body }) => body.data.alert.id !== id);
  const receiver = Object.defineProperty({ ...fleet.receiver! }, 'received', { get: deafTo });
  expect(await judge({ ...witnesses, receiver })).toEqual({ ...ALL_THERE, lost: 1, told: 4 });
});

it('an alert that no answer named', async () => {
  const { verdict } = await pressed();
  await fetch(`${fleet.urls[0]}/api/v1/emergency/alerts`, { method: 'POST' });
  expect(await verdict()).toEqual({ ...ALL_THERE, doubled: 1 });
});

it('an event that a watcher was told twice', async () => {
  const { verdict } = await pressed();
  const { socket } = watchers[0]!;
  const [heard] = socket.listeners('alert');
  socket.once('alert', heard!); // hears the next one once more
  await fetch(`${fleet.urls[0]}/api/v1/emergency/alerts`, { method: 'POST' });
  await eventually(() => watchers[0]!.disorder.length > 0);
  expect((await verdict()).doubled).toBe(2); // and the alert that no answer named
});
