import { setTimeout as delay } from 'node:timers/promises';
import { Fleet } from '../support/fleet.js';
import { Herd } from '../support/herd.js';
import { Presses } from '../support/presses.js';
import { tellSurvival } from '../support/survival.js';

const SOCKETS = 5000;
/** Alerts raised while the herd is away: each socket must get each of them when it comes back. */
const MISSED = 100;
const PANICS_A_SECOND = 10;
const PANIC_MS = 2000;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start();
});
afterAll(() => fleet?.stop());

async function head(): Promise<number> {
  const [row] = await fleet.sql('select max(seq)::int as head from alert_events');
  return Number(row!['head']);
}

/** The most tries of a second, of all. */
function busiestSecond(tries: readonly number[]): number {
  let most = 0;
  let from = 0;
  tries.forEach((at, index) => {
    while (tries[from]! < at - 1000) from += 1;
    most = Math.max(most, index - from + 1);
  });
  return most / tries.length;
}

async function raise(presses: Presses, count: number): Promise<void> {
  for (let done = 0; done < count; done += 10) {
    const some = Array.from({ length: 10 }, () => presses.press());
    while (some.some(({ acceptedAt }) => acceptedAt === undefined)) await delay(10);
  }
}

/** The API process dies and comes back; how long panics waited at it while its sockets came back, ms, in order. */
async function dieAndComeBack(
  herd: Herd,
): Promise<{ waits: number[]; recovery: number; tries: number[]; lost: number }> {
  const [node, other] = fleet.apis;
  const died = Date.now();
  await node!.kill9();
  const elsewhere = new Presses([other!.url]);
  await Promise.all([node!.start(), raise(elsewhere, MISSED)]);
  const here = new Presses([node!.url]);
  here.start(PANICS_A_SECOND);
  await herd.whole(await head());
  const recovery = Date.now() - died;
  await here.stop();
  await herd.whole(await head());
  const accepted = [...elsewhere.accepted, ...here.accepted];
  const stored = new Set((await fleet.sql('select id from alerts')).map(({ id }) => id));
  const lost = accepted.filter(({ ids }) => ![...ids].every((id) => stored.has(id))).length;
  const waits = here.accepted.map(({ pressedAt, acceptedAt }) => acceptedAt! - pressedAt).toSorted((a, b) => a - b);
  tellSurvival({
    drill: `${SOCKETS} sockets come back to an API`,
    accepted: accepted.length,
    delivered: accepted.length - lost,
    lost,
    doubled: 0,
    recovery,
    note: `panics meanwhile: p50 ${waits[waits.length >> 1]} ms, p99 ${waits[Math.ceil(waits.length * 0.99) - 1]} ms`,
  });
  return { waits, recovery, tries: await herd.triesSince(died), lost };
}

it('spread as the server has said, while panics are answered', async () => {
  const herd = new Herd(fleet.apis[0]!.url, SOCKETS);
  try {
    await herd.gather();
    const { waits, recovery, tries, lost } = await dieAndComeBack(herd);
    expect(lost).toBe(0);
    expect(waits.length).toBeGreaterThan(10);
    expect(waits[Math.ceil(waits.length * 0.99) - 1]).toBeLessThan(PANIC_MS);
    expect(recovery).toBeLessThan(60_000);
    expect(busiestSecond(tries)).toBeLessThan(0.5);
  } finally {
    await herd.end();
  }
});
