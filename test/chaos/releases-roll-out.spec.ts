import { startBalancer, type Balancer } from '../support/balancer.js';
import { Fleet } from '../support/fleet.js';
import type { FleetNode } from '../support/fleet-node.js';

/** What balancers need to see that a process leaves; and longer than a connection stays idle between two presses. */
const DRAIN_SECONDS = 1;

let fleet: Fleet;
let balancer: Balancer;
beforeAll(async () => {
  fleet = await Fleet.start({ workers: 2, env: () => ({ NABOOM_DRAIN_SECONDS: String(DRAIN_SECONDS) }) });
  balancer = await startBalancer(fleet.urls.map((url) => Number(new URL(url).port)));
});
afterAll(async () => {
  await balancer?.close();
  await fleet?.stop();
});

/** Ends it as `docker stop` does, and starts it again; its exit code. */
async function replace(node: FleetNode): Promise<number | null> {
  const code = await node.stop();
  await node.start();
  return code;
}

it('one after the other, and no press fails', async () => {
  const codes: unknown[] = [];
  const result = await fleet.drill(
    'rolling restart of 2 APIs and 2 workers',
    async () => {
      for (const node of [...fleet.apis, ...fleet.workers]) codes.push(await replace(node));
    },
    { urls: [balancer.url] },
  );
  expect(result).toMatchObject({ lost: 0, doubled: 0 });
  // Nothing but 201: no refusal, no second try, no connection that was taken and then left unanswered.
  expect(Object.fromEntries(result.presses.answers)).toEqual({ 201: result.accepted });
});
