import { residentMb } from '../support/abuse/resident.js';
import { BlindReader } from '../support/blind-reader.js';
import { eventually } from '../support/eventually.js';
import { expectAnswers, expectNothingLost } from '../support/expect-survival.js';
import { Fleet } from '../support/fleet.js';
import type { Presses } from '../support/presses.js';
import { TEST_OPERATOR_KEY } from '../support/test-node.js';

const READERS = 20;
/** What may wait for each is 1 MiB, and as much again in the hands of the WebSocket; without a bound it is all. */
const MOST_MB = 120;
/** An event of about 6 kB, so that some hundred fill what the kernel holds. */
const LONG = { message: '火'.repeat(1000), location: '災'.repeat(500) };
const AT_ONCE = 20;

let fleet: Fleet;
const readers: BlindReader[] = [];
beforeAll(async () => {
  fleet = await Fleet.start({ apis: 1 });
});
afterAll(async () => {
  for (const reader of readers) reader.close();
  await fleet?.stop();
});

async function endedAsSlow(): Promise<number> {
  const headers = { authorization: `Bearer ${TEST_OPERATOR_KEY}` };
  const text = await (await fetch(`${fleet.urls[0]}/metrics`, { headers })).text();
  return Number(/^naboom_socket_resyncs_total\{reason="slow"\} (\d+)/m.exec(text)?.[1] ?? 0);
}

/** Long alerts, some at a time, until every blind reader has been ended. */
async function flood(presses: Presses): Promise<void> {
  while ((await endedAsSlow()) < READERS) {
    const some = Array.from({ length: AT_ONCE }, () => presses.press(LONG));
    await eventually(() => some.every(({ acceptedAt }) => acceptedAt !== undefined), { what: 'accepted presses' });
  }
}

it('are ended before they cost memory, and nobody else is', async () => {
  let grownMb = 0;
  const result = await fleet.drill(
    `${READERS} sockets that stop reading`,
    async (presses) => {
      readers.push(...Array.from({ length: READERS }, () => new BlindReader(fleet.urls[0]!)));
      await Promise.all(readers.map((reader) => reader.goBlind()));
      const { pid } = fleet.apis[0]!.node;
      const before = residentMb(pid);
      await flood(presses);
      grownMb = residentMb(pid) - before;
    },
    { perSecond: 20 },
  );
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.watchers.flatMap(({ resyncs }) => resyncs)).toEqual([]);
  expect(grownMb).toBeLessThan(MOST_MB);
});
