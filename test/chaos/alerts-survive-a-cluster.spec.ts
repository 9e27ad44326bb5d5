import { QUEUE_NAMES } from '../../src/queues/queue-map.js';
import { channels, keys } from '../../src/redis/redis.keys.js';
import { eventually } from '../support/eventually.js';
import { expectAnswers, expectNothingLost, untilHealth } from '../support/expect-survival.js';
import { Fleet, type DrillResult } from '../support/fleet.js';
import { startTestCluster, type ClusterNode, type TestCluster } from '../support/test-cluster.js';

/** The channel on which the API processes hear each other. */
const ADAPTER_CHANNEL = `${channels.adapterPrefix()}#/#`;

let cluster: TestCluster;
let fleet: Fleet;
beforeAll(async () => {
  cluster = await startTestCluster();
  fleet = await Fleet.start({ webhooks: true, env: () => cluster.env });
  await everythingWorks();
});
afterAll(async () => {
  await fleet?.stop();
  await cluster?.stop();
});

/** Every role of every process does its work again, on whichever nodes that is now. */
async function everythingWorks(): Promise<void> {
  for (const node of fleet.nodes) await untilHealth(node, { redis_status: 'connected', database_status: 'connected' });
  await eventually(async () => (await listeners()) === fleet.apis.length, { what: 'processes that hear each other' });
  await eventually(async () => (await waitingWorkers()) === QUEUE_NAMES.length, { what: 'workers that wait for jobs' });
}

/** How many workers wait for a job at the owner of the queues' slot: one a queue. */
async function waitingWorkers(): Promise<number> {
  const { admin } = await cluster.ownerOf(keys.queuePrefix());
  return String(await admin.client('LIST')).split(' cmd=bzpopmin ').length - 1;
}

/** How many processes the owner of the adapter's slot tells what others say. */
async function listeners(): Promise<number> {
  const { admin } = await cluster.ownerOf(ADAPTER_CHANNEL);
  const [, count] = (await admin.call('PUBSUB', 'SHARDNUMSUB', ADAPTER_CHANNEL)) as [string, number];
  return count;
}

/** A master that does not serve the key. */
async function anotherMaster(key: string): Promise<ClusterNode> {
  const owner = await cluster.ownerOf(key);
  const { masters } = await cluster.map();
  return cluster.nodes.find(({ port }) => port !== owner.port && masters.some((master) => master.port === port))!;
}

/** Presses at one node and waits until it is live: in the streams, not only in the record. */
async function pressedLive(): Promise<void> {
  const [one] = fleet.urls;
  await eventually(
    async () => {
      const response = await fetch(`${one}/api/v1/emergency/alerts`, { method: 'POST' });
      return ((await response.json()) as { realtime: string }).realtime === 'live';
    },
    { what: 'an alert that is live' },
  );
}

/** Nothing is lost or refused, and every role of every process is back at work. */
async function expectSurvival(result: DrillResult): Promise<void> {
  expectNothingLost(result);
  expectAnswers(result);
  expect(result.healing).toBeLessThan(10_000);
  await pressedLive();
  await everythingWorks();
}

/** Kills a master until a replica has taken its place, and brings it back as the replica's replica. */
async function loseMaster(victim: ClusterNode): Promise<void> {
  await victim.kill9();
  await cluster.settled();
  await victim.restart();
}

it.each([
  ['the streams', keys.alertStream('high')],
  ['the commits', keys.commits()],
  ['the queues', keys.queuePrefix()],
  ['the sockets', ADAPTER_CHANNEL],
])('the master of %s', async (what, key) => {
  const victim = await cluster.ownerOf(key);
  const result = await fleet.drill(`kill -9 of the Cluster master of ${what}`, () => loseMaster(victim));
  await expectSurvival(result);
  expect((await cluster.ownerOf(key)).port).not.toBe(victim.port);
  await cluster.settled();
});

it.each([
  ['the sockets', ADAPTER_CHANNEL],
  ['the commits', keys.commits()],
  ['the queues', keys.queuePrefix()],
])('a slot that moves: %s', async (what, key) => {
  const to = await anotherMaster(key);
  const result = await fleet.drill(`the Cluster slot of ${what} moves`, () => cluster.moveSlot(key, to));
  await expectSurvival(result);
  expect((await cluster.ownerOf(key)).port).toBe(to.port);
});

it('a planned failover', async () => {
  const before = await cluster.ownerOf(ADAPTER_CHANNEL);
  const result = await fleet.drill('a planned Cluster failover', async () => {
    const replicas = await before.admin.info('replication');
    const port = Number(/slave0:ip=[^,]+,port=(\d+)/.exec(replicas)?.[1]);
    await cluster.nodes.find((node) => node.port === port)!.admin.cluster('FAILOVER');
    await eventually(async () => (await cluster.ownerOf(ADAPTER_CHANNEL)).port === port, { what: 'the new master' });
  });
  await expectSurvival(result);
});

it('a master that hangs', async () => {
  const victim = await cluster.ownerOf(keys.alertStream('high'));
  const result = await fleet.drill('SIGSTOP of a Cluster master', async () => {
    victim.pause();
    await cluster.settled();
  });
  await expectSurvival(result);
  victim.resume();
  await cluster.settled();
});

it('two of three masters: the Cluster is down until they return', async () => {
  const { masters } = await cluster.map();
  const victims = cluster.nodes.filter(({ port }) => masters.slice(0, 2).some((master) => master.port === port));
  const [node] = fleet.apis;
  const result = await fleet.drill('kill -9 of two of three Cluster masters', async () => {
    await Promise.all(victims.map((victim) => victim.kill9()));
    await untilHealth(node!, { status: 'degraded', database_status: 'connected' });
    expect((await node!.health('/health/ready')).code).toBe(200);
    await Promise.all(victims.map((victim) => victim.restart()));
    await cluster.settled();
  });
  await expectSurvival(result);
});
