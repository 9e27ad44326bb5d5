import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { arrivalRate, restartCount } from '../lib/arrivals.mjs';
import { cpuOf } from '../lib/cpu.mjs';
import { ALERTS_PATH } from '../lib/http-load.mjs';
import { startProduct } from '../lib/product.mjs';
import { startPeer } from '../lib/program.mjs';
import { BENCH_KEY, newDevice, plantResponders, vapidEnv } from '../lib/responders.mjs';
import { interleave, median, values } from '../lib/rounds.mjs';
import { withClient } from '../lib/stack.mjs';
import { together } from '../lib/together.mjs';

const RECEIVER = fileURLToPath(new URL('../load/webhook-receiver.mjs', import.meta.url));
const RAISER = fileURLToPath(new URL('../load/raise-to-push.mjs', import.meta.url));
/** People who are told of each alert. */
const PEOPLE = 20;
/** Messages that one worker sends at once: jobs (src/queues/queue-map.ts) times deliveries of a job (delivery-queue.ts). */
const CONCURRENCY = 4 * 25;
const RATE_MS = 50;
const SETTLED_WITHIN_MS = 30_000;

/**
 * Alerts that become messages to people: how many a second one worker posts to their webhooks, beside a loop that only
 * posts; and how long a push takes from the press until the push service has it, at rest and at 20 alerts a second.
 */
export async function measure({ stack, quick, rounds, say, note }) {
  const alerts = quick ? 100 : 400;
  const presses = quick ? { rest: 60, rate: 100 } : { rest: 200, rate: 400 };
  const systems = await startSystems(stack, { alerts, presses });
  for (const system of systems) await system.run();
  const { told, bare, rest, rate } = await interleave({ rounds, systems, say });
  const middle = (results, of) => median(values(results, of));
  for (const [system, results] of Object.entries({ 'one worker': told, 'bare loop': bare })) {
    note({
      group: 'Messages by webhook',
      system,
      'messages/s': middle(results, 'perSecond'),
      'CPU µs': middle(results, 'cpuUs'),
      ...(results === told
        ? { 'Postgres CPU µs': middle(told, 'postgresUs'), 'Redis CPU µs': middle(told, 'redisUs') }
        : {}),
    });
  }
  for (const [system, results] of Object.entries({ 'at rest': rest, '20 alerts a second': rate })) {
    note({ group: 'Raise to push', system, 'p50 ms': middle(results, 'p50'), 'p99 ms': middle(results, 'p99') });
  }
  const figure = (name, results, of) => ({ name, product: values(results, of), machine: values(results, 'machine') });
  return [
    { ...figure('notifications-rate-vs-bare', told, 'perSecond'), peerValues: values(bare, 'perSecond') },
    figure('push-rest-p50', rest, 'p50'),
    figure('push-rest-p99', rest, 'p99'),
    figure('push-20-p50', rate, 'p50'),
    figure('push-20-p99', rate, 'p99'),
  ];
}

async function startSystems(stack, { alerts, presses }) {
  const [receiver, raiser, poster] = await together([
    startPeer(stack, { name: 'webhook-receiver', file: RECEIVER, env: {} }),
    startPeer(stack, { name: 'raise-to-push', file: RAISER, env: {} }),
    startPeer(stack, { name: 'bare-webhooks', env: {} }),
  ]);
  const people = Array.from({ length: PEOPLE }, (_, each) => ({
    channel: 'webhook',
    address: `${receiver.url}/${each}`,
    keys: { secret: `whsec_${randomBytes(32).toString('base64')}` },
  }));
  const env = {
    ...vapidEnv(),
    NABOOM_WEBHOOK_ALLOWED_HOSTS: '127.0.0.1',
  };
  const start = (name, contacts) =>
    startProduct(stack, { name, env, prepare: (databaseUrl) => plantResponders(databaseUrl, contacts) });
  // One after the other: a worker that starts beside another one takes twice as long.
  const hooks = await start('notifications', people);
  const pushes = await start('pushes', [newDevice(raiser.url)]);
  const push = (load) => raiseToPush(raiser, pushes, load);
  return [
    { name: 'told', run: () => tellAll(stack, receiver, hooks, alerts) },
    { name: 'bare', run: () => postAll(receiver, poster, alerts * PEOPLE) },
    { name: 'rest', run: () => push({ count: presses.rest }) },
    { name: 'rate', run: () => push({ count: presses.rate, everyMs: RATE_MS }) },
  ];
}

let phones = 20_000_000;

/** Every message of every alert arrives once, and is noted. */
async function tellAll(stack, receiver, product, alerts) {
  await restartCount(receiver.url);
  const pids = [product.worker.pid, stack.postgres.pid, product.redis.pid];
  const before = pids.map((pid) => cpuOf([pid]));
  let left = alerts;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const body = JSON.stringify({ location: { lat: -33.9, lng: 18.4 }, contact: { phone: `+278${(phones += 1)}` } });
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${BENCH_KEY}` };
      const response = await fetch(product.url + ALERTS_PATH, { method: 'POST', headers, body });
      await response.arrayBuffer();
      if (response.status !== 201) throw new PlainError(`an alert was answered with ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: 10 }, lane));
  const perSecond = await arrivalRate(receiver.url, alerts * PEOPLE);
  await settled(product.databaseUrl);
  const [cpuUs, postgresUs, redisUs] = pids.map((pid, each) => (cpuOf([pid]) - before[each]) / (alerts * PEOPLE));
  return { perSecond, cpuUs, postgresUs, redisUs };
}

async function postAll(receiver, poster, count) {
  await restartCount(receiver.url);
  const before = cpuOf([poster.pid]);
  await ask(poster.url, { target: receiver.url, count, concurrency: CONCURRENCY });
  const cpuUs = (cpuOf([poster.pid]) - before) / count;
  return { perSecond: await arrivalRate(receiver.url, count), cpuUs };
}

async function raiseToPush(raiser, product, load) {
  const { times } = await ask(raiser.url, { url: product.url + ALERTS_PATH, key: BENCH_KEY, ...load });
  const sorted = times.map((time) => time ?? Infinity).sort((a, b) => a - b);
  if (sorted.at(-1) === Infinity) throw new PlainError('the push of an alert did not come');
  await settled(product.databaseUrl);
  const quantile = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
  return { p50: quantile(0.5), p99: quantile(0.99), max: sorted.at(-1) };
}

async function ask(url, load) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(load) });
  const body = await response.json();
  if (!response.ok) throw new PlainError(body.error);
  return body;
}

/** The ledger follows the answers within a moment. */
async function settled(databaseUrl) {
  const deadline = performance.now() + SETTLED_WITHIN_MS;
  for (;;) {
    const { rows } = await withClient(databaseUrl, (client) =>
      client.query(`select count(*)::int as left from deliveries where status <> 'delivered'`),
    );
    if (rows[0].left === 0) return;
    if (performance.now() > deadline) throw new PlainError(`${rows[0].left} messages are not noted as delivered`);
    await delay(20);
  }
}
