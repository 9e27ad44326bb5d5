import { freePort } from '../../scripts/lib/free-port.mjs';
import { absence, expectNothingLost } from '../support/expect-survival.js';
import { FleetNode } from '../support/fleet-node.js';
import { Fleet } from '../support/fleet.js';
import { openNamespace } from '../support/network-namespace.js';
import { tellSkipped } from '../support/survival.js';
import { startTcpProxy } from '../support/tcp-proxy.js';

const DRILL = 'partition: one of two APIs is cut off from everything';

let fleet: Fleet | undefined;
const ends: (() => unknown)[] = [];
afterAll(async () => {
  await fleet?.stop();
  for (const end of ends.toReversed()) await end();
});

/** A path to a server of ours that can be reached from the other network. */
async function pathFrom(host: string, port: number): Promise<string> {
  const path = await startTcpProxy({ port }, host);
  ends.push(() => path.close());
  return `${host}:${path.port}`;
}

it('an API process on the other side of a partition loses nothing, and has everything after it', async () => {
  const network = openNamespace();
  if (typeof network === 'string') return tellSkipped(DRILL, `no network namespace: ${network}`);
  ends.push(() => network.close());
  fleet = await Fleet.start({ apis: 1, webhooks: true });
  const { redis, postgres, envOf } = fleet;
  const database = new URL(postgres.url);
  database.host = await pathFrom(network.host, postgres.port);
  const env = {
    ...envOf('api'),
    REDIS_URL: `redis://${await pathFrom(network.host, redis.port)}`,
    DATABASE_URL: database.href,
  };
  const there = new FleetNode({
    role: 'api',
    env,
    port: await freePort(),
    host: network.address,
    prefix: network.prefix,
  });
  ends.push(() => there.kill9());
  await there.start();
  const fault = async () => {
    network.part();
    await absence();
    network.join();
  };
  const result = await fleet.drill(DRILL, fault, { urls: [...fleet.urls, there.url] });
  expectNothingLost(result);
  expect(result.healing).toBeLessThan(15_000);
});
