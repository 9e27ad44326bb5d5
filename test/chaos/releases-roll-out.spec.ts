import { freePort } from '../../scripts/lib/free-port.mjs';
import { startBalancer, type Balancer } from '../support/balancer.js';
import { expectAnswers, expectNothingLost } from '../support/expect-survival.js';
import { FleetNode } from '../support/fleet-node.js';
import { Fleet, type FleetRole } from '../support/fleet.js';
import { buildOldVersion } from '../support/old-version.js';
import { tellSkipped } from '../support/survival.js';

/** What a balancer needs to see that a process leaves; and longer than a connection stays idle between two presses. */
const env = () => ({ NABOOM_DRAIN_SECONDS: '3' });

jest.setTimeout(240_000); // the version before is built first

let fleet: Fleet | undefined;
let balancer: Balancer | undefined;
const others: FleetNode[] = [];
afterEach(async () => {
  await balancer?.close();
  await Promise.all(others.splice(0).map((node) => node.kill9()));
  await fleet?.stop();
});

it('one process after the other is replaced, and no press fails', async () => {
  fleet = await Fleet.start({ workers: 2, webhooks: true, env });
  const { nodes, urls } = fleet;
  balancer = await startBalancer(urls.map((url) => Number(new URL(url).port)));
  const result = await fleet.drill(
    'rolling restart of 2 APIs and 2 workers',
    async () => {
      for (const node of nodes) {
        await node.stop();
        await node.start();
      }
    },
    { urls: [balancer.url] },
  );
  expectNothingLost(result);
  // No refusal, and no connection that was taken and then left without an answer.
  expectAnswers(result);
});

it('a new version starts beside the old one, which leaves then, and no press fails', async () => {
  const old = buildOldVersion();
  if (typeof old === 'string') return tellSkipped('upgrade from the version before', old);
  fleet = await Fleet.start({ apis: 0, workers: 0, webhooks: true, postgres: { migrated: false }, env });
  const { envOf } = fleet;
  const node = async (role: FleetRole, main?: string) => {
    const made = new FleetNode({ role, env: envOf(role), port: await freePort(), ...(main ? { main } : {}) });
    others.push(made);
    return made;
  };
  const before = [await node('api', old.main), await node('worker', old.main)];
  const after = [await node('api'), await node('worker')];
  for (const each of before) await each.start();
  balancer = await startBalancer([before[0]!, after[0]!].map(({ url }) => Number(new URL(url).port)));
  const result = await fleet.drill(
    `upgrade from ${old.name}`,
    async () => {
      for (const each of after) await each.start();
      for (const each of before) await each.stop();
    },
    { urls: [balancer.url] },
  );
  expectNothingLost(result);
  // A version that cannot drain yet may end a connection that it has taken: its phone presses again.
  // Until it has ended it refuses what comes by connections that stay open, and does not say when to come back.
  expectAnswers(result, ['200', 'none', '503', '503 without Retry-After']);
});
