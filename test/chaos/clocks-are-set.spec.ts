import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from '../support/eventually.js';
import { expectNothingLost } from '../support/expect-survival.js';
import { Fleet, type FleetRole } from '../support/fleet.js';

const HOUR_MS = 3_600_000;
/** Between the first attempts of a webhook; longer than any that this drill comes to. */
const LONGEST_PAUSE_MS = 300_000;
const SET_CLOCK = pathToFileURL(join(import.meta.dirname, '../support/set-clock.mjs')).href;

const folder = mkdtempSync(join(tmpdir(), 'naboom-clocks-'));
const fileOf = (role: FleetRole) => join(folder, role);
const setClock = (role: FleetRole, offMs: number) => writeFileSync(fileOf(role), String(offMs));

let fleet: Fleet;
beforeAll(async () => {
  for (const role of ['api', 'worker'] as const) setClock(role, 0);
  fleet = await Fleet.start({
    apis: 1,
    webhooks: true,
    env: (_servers, role) => ({
      NODE_OPTIONS: `--import ${SET_CLOCK}`,
      TEST_CLOCK_FILE: fileOf(role),
    }),
  });
});
afterAll(async () => {
  await fleet?.stop();
  rmSync(folder, { recursive: true });
});

/** How far the times of these alerts are from the time in which they were raised, ms. */
async function offInTheLog(ids: readonly string[], since: Date): Promise<number> {
  const [row] = await fleet.sql(
    `select coalesce(max(greatest(extract(epoch from opened_at - now()), extract(epoch from $2 - opened_at))), 0)::float8
            * 1000 as off from alerts where id = any($1::uuid[])`,
    [ids, since],
  );
  return Number(row!['off']);
}

it.each([
  ['api', HOUR_MS],
  ['api', -HOUR_MS],
  ['worker', HOUR_MS],
  ['worker', -HOUR_MS],
] as const)('that of the %s by %i ms: alerts keep their times, and people are told', async (role, offMs) => {
  const since = new Date();
  const hours = `${offMs > 0 ? '+' : '-'}1 h`;
  const result = await fleet.drill(`clock of the ${role} ${hours}`, async (presses) => {
    setClock(role, offMs);
    const before = presses.accepted.length;
    await eventually(() => presses.accepted.length >= before + 80, { what: 'presses under the other clock' });
  });
  expectNothingLost(result);
  setClock(role, 0);
  const ids = result.presses.accepted.flatMap((entry) => [...entry.ids]);
  expect(await offInTheLog(ids, since)).toBeLessThan(1000);
});

it('back by an hour while attempts wait: they do not wait for that hour', async () => {
  setClock('worker', HOUR_MS);
  let refused = 0;
  fleet.receiver!.answer = (response) => void ((refused += 1), response.writeHead(503).end());
  const result = await fleet.drill('clock of the worker set back while attempts wait', async () => {
    await eventually(() => refused > 0, { what: 'a first attempt' });
    fleet.receiver!.answer = (response) => void response.writeHead(204).end();
    setClock('worker', 0);
  });
  expectNothingLost(result);
  // Most have been sent again by now; the others are due in their turn.
  const [row] = await fleet.sql(
    `select coalesce(max(extract(epoch from next_attempt_at - now())), 0)::float8 * 1000 as wait
       from deliveries where status = 'pending'`,
  );
  expect(row!['wait']).toBeLessThan(LONGEST_PAUSE_MS);
});
