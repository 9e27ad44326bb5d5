import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from '../support/eventually.js';
import { Fleet, type FleetRole } from '../support/fleet.js';
import { startWebhookReceiver, WEBHOOK_SECRET, type WebhookReceiver } from '../support/webhook-receiver.js';

const HOUR_MS = 3_600_000;
/** Between a press and its notification, also when the first attempt failed. */
const TOLD_WITHIN_MS = 20_000;
const SET_CLOCK = pathToFileURL(join(import.meta.dirname, '../support/set-clock.mjs')).href;

const folder = mkdtempSync(join(tmpdir(), 'naboom-clocks-'));
const fileOf = (role: FleetRole) => join(folder, role);
const setClock = (role: FleetRole, offMs: number) => writeFileSync(fileOf(role), String(offMs));

let receiver: WebhookReceiver;
let fleet: Fleet;
beforeAll(async () => {
  for (const role of ['api', 'worker'] as const) setClock(role, 0);
  receiver = await startWebhookReceiver(WEBHOOK_SECRET);
  fleet = await Fleet.start({
    apis: 1,
    env: (_servers, role) => ({
      NODE_OPTIONS: `--import ${SET_CLOCK}`,
      TEST_CLOCK_FILE: fileOf(role),
      NABOOM_WEBHOOK_URLS: receiver.url(),
      NABOOM_WEBHOOK_SECRET: WEBHOOK_SECRET,
      NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
    }),
  });
});
afterAll(async () => {
  await fleet?.stop();
  await receiver?.close();
  rmSync(folder, { recursive: true });
});

async function expectAllTold(ids: readonly string[]): Promise<void> {
  const untold = () => {
    const told = new Set(receiver.received.map(({ body }) => body.data.alert.id));
    return ids.filter((id) => !told.has(id));
  };
  await eventually(() => untold().length === 0, { withinMs: TOLD_WITHIN_MS, what: 'a webhook of each alert' });
}

/** How far the times in the log are from those of Postgres when they were written, ms. */
async function offInTheLog(since: Date): Promise<number> {
  const [row] = await fleet.sql(
    `select coalesce(max(greatest(extract(epoch from opened_at - now()), extract(epoch from $1 - opened_at))), 0)::float8
            * 1000 as off from alerts where opened_at not between $1 and now()`,
    [since],
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
  expect(result).toMatchObject({ lost: 0, doubled: 0 });
  await expectAllTold(result.presses.accepted.flatMap(({ ids }) => [...ids]));
  setClock(role, 0);
  expect(await offInTheLog(new Date(since.getTime() - 1000))).toBeLessThan(1000);
});

it('back by an hour while attempts wait: they do not wait for that hour', async () => {
  setClock('worker', HOUR_MS);
  let refused = 0;
  receiver.answer = (response) => void ((refused += 1), response.writeHead(503).end());
  const result = await fleet.drill('clock of the worker set back while attempts wait', async () => {
    await eventually(() => refused > 0, { what: 'a first attempt' });
    receiver.answer = (response) => void response.writeHead(204).end();
    setClock('worker', 0);
  });
  expect(result).toMatchObject({ lost: 0, doubled: 0 });
  await eventually(
    async () => {
      const [row] = await fleet.sql("select count(*)::int as waiting from deliveries where status = 'pending'");
      return row!['waiting'] === 0;
    },
    { withinMs: 30_000, what: 'the end of all deliveries' },
  );
});
