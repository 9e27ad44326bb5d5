import { fileURLToPath } from 'node:url';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { arrivalRate, restartCount } from '../lib/arrivals.mjs';
import { checkStored } from '../lib/correctness.mjs';
import { costsOfPosts, httpLoad } from '../lib/http-load.mjs';
import { startProduct } from '../lib/product.mjs';
import { startPeer } from '../lib/program.mjs';
import { interleave, values } from '../lib/rounds.mjs';
import { peerRedis, withClient } from '../lib/stack.mjs';
import { together } from '../lib/together.mjs';

const RECEIVER = fileURLToPath(new URL('../load/webhook-receiver.mjs', import.meta.url));
const CONNECTIONS = 50;
/** All that is pressed to warm up has to be delivered before anything can be measured. */
const WARM_UP_AT_MOST_SECONDS = 5;
/** Jobs that one worker of ours runs at once (src/queues/queue-map.ts). */
const CONCURRENCY = 6;
const RAW_JOBS = { quick: 10_000, full: 20_000 };

/**
 * From POST to job completed: 50 connections raise alerts, and each alert becomes a signed webhook that its receiver
 * has answered. Rates are of deliveries, of which a job of ours carries up to 25. Beside it BullMQ alone, adding and
 * processing with the concurrency of our worker; and the product without receivers.
 */
export async function measure({ stack, quick, rounds, warmUpSeconds, say, note }) {
  const seconds = quick ? 1.5 : 4;
  const warmUp = Math.min(warmUpSeconds, WARM_UP_AT_MOST_SECONDS);
  const systems = await startSystems(stack, {
    seconds,
    warmUpSeconds: warmUp,
    rawJobs: RAW_JOBS[quick ? 'quick' : 'full'],
  });
  for (const system of systems) await system.warmUp();
  const { jobs, bullmq, alone } = await interleave({ rounds, systems, say });
  for (const [system, results] of Object.entries({ 'with webhooks': jobs, 'without webhooks': alone })) {
    note({ group: 'POST to job completed', connections: CONNECTIONS, system, ...costsOfPosts(results) });
  }
  return [
    {
      name: 'jobs-rate-vs-bullmq',
      product: values(jobs, 'jobRate'),
      peerValues: values(bullmq, 'jobRate'),
      ...ofRun(jobs),
    },
    { name: 'jobs-post-p99', product: values(jobs, 'p99'), peerValues: values(alone, 'p99'), ...ofRun(jobs) },
  ];
}

async function startSystems(stack, { seconds, warmUpSeconds, rawJobs }) {
  const receiver = await startPeer(stack, { name: 'webhook-receiver', file: RECEIVER, env: {} });
  const webhooks = {
    NABOOM_WEBHOOK_URLS: receiver.url,
    NABOOM_WEBHOOK_SECRET: `whsec_${Buffer.from('the signing key of a benchmark run').toString('base64')}`,
    NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  };
  const [jobs, alone, { env }] = await together([
    startProduct(stack, { name: 'jobs', env: webhooks }),
    startProduct(stack, { name: 'alone' }),
    peerRedis(stack, 'bullmq'),
  ]);
  const raw = (PART) =>
    startPeer(stack, { name: 'raw-bullmq', env: { ...env, PART, CONCURRENCY: String(CONCURRENCY) } });
  const [adder, processor] = [await raw('add'), await raw('process')];
  const delivered = (time) => deliver(receiver, jobs, (product) => pressLoad(stack, product, time));
  const undelivered = async (time) => withoutIds(await pressLoad(stack, alone, time));
  return [
    { name: 'jobs', run: () => delivered(seconds), warmUp: () => delivered(warmUpSeconds) },
    { name: 'bullmq', run: () => runRaw(adder, processor, rawJobs), warmUp: () => runRaw(adder, processor, rawJobs) },
    { name: 'alone', run: () => undelivered(seconds), warmUp: () => undelivered(warmUpSeconds) },
  ];
}

async function pressLoad(stack, product, seconds) {
  const system = {
    ...product,
    pids: product.apis.map(({ pid }) => pid),
    workerPid: product.worker.pid,
    redisPid: product.redis.pid,
    postgresPid: stack.postgres.pid,
  };
  const result = await httpLoad(stack, system, { connections: CONNECTIONS, seconds });
  await checkStored(product.databaseUrl, result.ids);
  return result;
}

/** The presses of one load and the webhooks of all of them, each exactly once and noted as delivered. */
async function deliver(receiver, product, load) {
  await restartCount(receiver.url);
  const result = await load(product);
  const jobRate = await arrivalRate(receiver.url, result.ids.length);
  await checkDelivered(product.databaseUrl);
  return { ...withoutIds(result), jobRate };
}

async function runRaw(adder, processor, count) {
  await restartCount(processor.url);
  const added = await fetch(adder.url, { method: 'POST', body: JSON.stringify({ count }) });
  await added.arrayBuffer();
  return { jobRate: await arrivalRate(processor.url, count) };
}

/** The ledger follows the receiver's answer within a moment. */
async function checkDelivered(databaseUrl) {
  const deadline = performance.now() + 5_000;
  for (;;) {
    const { rows } = await withClient(databaseUrl, (client) =>
      client.query(`select count(*)::int as left from deliveries where status <> 'delivered'`),
    );
    if (rows[0].left === 0) return;
    if (performance.now() > deadline) throw new PlainError(`${rows[0].left} webhooks are not noted as delivered`);
  }
}

function withoutIds({ ids: _ids, ...result }) {
  return result;
}

function ofRun(results) {
  return { clientCpuUs: values(results, 'clientCpuUs'), machine: values(results, 'machine') };
}
