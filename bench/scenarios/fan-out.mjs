import { setTimeout as delay } from 'node:timers/promises';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { checkLogIsGapless, checkStored } from '../lib/correctness.mjs';
import { cpuOf } from '../lib/cpu.mjs';
import { httpLoad } from '../lib/http-load.mjs';
import { interleave, median, values } from '../lib/rounds.mjs';
import { connectSockets, startProductForSockets, startStock, startWsLimit } from '../lib/socket-systems.mjs';
import { together } from '../lib/together.mjs';

/** Alerts of one round at a number of sockets. */
const ALERTS = { quick: { 1000: 8, 10_000: 3 }, full: { 100: 20, 1000: 15, 10_000: 5 } };
/** V8 has compiled what writes to sockets, in servers and clients, after so many; the more sockets, the fewer alerts. */
const WARM_UP_DELIVERIES = { quick: 30_000, full: 100_000 };
const WARM_UP_ALERTS = 5;
const WARM_UP_CONNECTIONS = 50;
/** The system of two processes has one goal, at so many sockets. */
const TWO_FROM = 10_000;
/** What an alert leaves to do (streams, cache, worker) ends before the next one, which may be another system's. */
const SETTLE_MS = 60;

/**
 * From the POST to all sockets, beside the limit and stock Socket.IO: everything connected at the same time, the
 * alerts in turn. CPU is that of the processes which hold the sockets.
 */
export async function measure({ stack, quick, rounds, warmUpSeconds, say, note }) {
  const pace = quick ? 'quick' : 'full';
  const [product, ws, stock, two] = await together([
    startProductForSockets(stack, 'product'),
    startWsLimit(stack),
    startStock(stack),
    startProductForSockets(stack, 'two', 2),
  ]);
  const systems = { product, ws, stock, two };
  for (const system of Object.values(systems)) await warmUp(stack, system, warmUpSeconds);
  const at = {};
  for (const count of Object.keys(ALERTS[pace]).map(Number)) {
    say(`${count} sockets:`);
    const measured = Object.entries(systems).filter(([name]) => name !== 'two' || count >= TWO_FROM);
    for (const [, system] of measured) await grow(system, count, { pace, say });
    const runs = measured.map(([name, system]) => ({ name, run: () => alerts(system, ALERTS[pace][count]) }));
    at[count] = await interleave({ rounds, systems: runs, say });
    for (const [name, system] of measured) note(noteOf(count, system.name, at[count][name]));
  }
  for (const { product, raised } of [systems.product, systems.two]) {
    await checkStored(product.databaseUrl, raised);
    await checkLogIsGapless(product.databaseUrl);
  }
  return figures(at);
}

/** Presses before the first socket connects: what a POST costs a cold server would be counted to the deliveries. */
async function warmUp(stack, system, seconds) {
  for (const url of system.urls) {
    const load = { connections: WARM_UP_CONNECTIONS, seconds: seconds / system.urls.length, test: true };
    const { ids } = await httpLoad(stack, { ...system, url }, load);
    for (const id of ids) system.raised.push(id);
  }
}

/** Connects what is missing to `count`, and runs warm. */
async function grow(system, count, { pace, say }) {
  const ms = await connectSockets(system, count - system.sockets);
  say(`  ${system.name}: connected in ${(ms / 1000).toFixed(1)} s`);
  await system.clients.ask('time', { after: system.raised.length });
  await alerts(system, Math.max(WARM_UP_ALERTS, WARM_UP_DELIVERIES[pace] / count));
}

/** Raises alerts one after the other; the median of each figure. */
async function alerts(system, count) {
  const results = [];
  for (let alert = 0; alert < count; alert += 1) results.push(await raiseToAll(system));
  return Object.fromEntries(Object.keys(results[0]).map((name) => [name, median(values(results, name))]));
}

/** Raises one alert and waits until every socket has it. Times in ms from the POST. */
async function raiseToAll({ name, clients, sender, pids, sockets, raised }) {
  const [server, before] = [cpuOf(pids), await clients.ask('usage')];
  const completed = clients.ask('completed', { seq: raised.length + 1 });
  const { id, sentAt, answeredAt } = await sender.raise();
  raised.push(id);
  const got = await completed;
  await delay(SETTLE_MS);
  const after = await clients.ask('usage');
  const deliveries = after.delivered - before.delivered;
  if (got.alertId !== id) throw new PlainError(`${name}: the POST was answered ${id}, sockets got ${got.alertId}`);
  if (deliveries !== sockets)
    throw new PlainError(`${name}: ${sockets} sockets got ${deliveries} messages of one alert`);
  return {
    answered: answeredAt - sentAt,
    first: got.first - sentAt,
    p50: got.p50 - sentAt,
    p99: got.p99 - sentAt,
    last: got.last - sentAt,
    bytes: got.bytes,
    cpuUs: (cpuOf(pids) - server) / deliveries,
    clientCpuUs: (after.cpuMicros - before.cpuMicros) / deliveries,
  };
}

function figures({ 1000: small, 10_000: large }) {
  const versus = (name, of, { product }, peer) => ({
    name,
    product: values(product, of),
    peerValues: values(peer, of),
    clientCpuUs: values(product, 'clientCpuUs'),
    machine: values(product, 'machine'),
  });
  return [
    versus('fan-out-p50-10k-vs-ws', 'p50', large, large.ws),
    versus('fan-out-last-10k-vs-ws', 'last', large, large.ws),
    versus('fan-out-p99-10k-vs-ws', 'p99', large, large.ws),
    versus('fan-out-p50-10k-vs-stock', 'p50', large, large.stock),
    versus('fan-out-last-10k-vs-stock', 'last', large, large.stock),
    versus('fan-out-cpu-1k-vs-ws', 'cpuUs', small, small.ws),
    { ...versus('fan-out-cpu-10k-vs-ws', 'cpuUs', large, large.ws), costs: { bytes: values(large.product, 'bytes') } },
    versus('fan-out-cpu-1k-vs-stock', 'cpuUs', small, small.stock),
    versus('fan-out-cpu-10k-vs-stock', 'cpuUs', large, large.stock),
    versus('two-processes-last-vs-one', 'last', { product: large.two }, large.product),
  ];
}

function noteOf(sockets, system, results) {
  const middle = (of) => median(values(results, of));
  return {
    group: 'POST to all sockets',
    sockets,
    system,
    'first ms': middle('first'),
    'p50 ms': middle('p50'),
    'p99 ms': middle('p99'),
    'last ms': middle('last'),
    'answered ms': middle('answered'),
    'server CPU µs a delivery': middle('cpuUs'),
    'client CPU µs a delivery': middle('clientCpuUs'),
  };
}
