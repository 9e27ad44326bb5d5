import { setTimeout as delay } from 'node:timers/promises';
import { PlainError } from '../../scripts/lib/plain-error.mjs';
import { checkLogIsGapless, checkStored } from '../lib/correctness.mjs';
import { cpuOf } from '../lib/cpu.mjs';
import { interleave, median, values } from '../lib/rounds.mjs';
import { connectSockets, startProductForSockets, startStock, startWsLimit } from '../lib/socket-systems.mjs';

/** Alerts of one round at a number of sockets. */
const ALERTS = { 100: 20, 1000: 15, 10_000: 5 };
/** As many as V8 takes to have compiled a server's and a client's code at its best; the more sockets, the fewer. */
const WARM_UP_DELIVERIES = 50_000;
/** What an alert leaves to do (streams, cache, worker) ends before the next one, which may be another system's. */
const SETTLE_MS = 60;

/**
 * From the POST to all sockets, beside the limit and stock Socket.IO: everything connected at the same time, the
 * alerts in turn. CPU is that of the processes which hold the sockets.
 */
export async function measure({ stack, quick, rounds, say, note }) {
  const systems = {
    product: await startProductForSockets(stack, 'product'),
    ws: await startWsLimit(stack),
    stock: await startStock(stack),
    two: await startProductForSockets(stack, 'two', 2),
  };
  const at = {};
  for (const count of quick ? [1000, 10_000] : [100, 1000, 10_000]) {
    say(`${count} sockets:`);
    for (const system of Object.values(systems)) await grow(system, count, say);
    const runs = Object.entries(systems).map(([name, system]) => ({ name, run: () => alerts(system, ALERTS[count]) }));
    at[count] = await interleave({ rounds, systems: runs, say });
    for (const name of Object.keys(systems)) note(noteOf(count, systems[name].name, at[count][name]));
  }
  for (const { product, raised } of [systems.product, systems.two]) {
    await checkStored(product.databaseUrl, raised);
    await checkLogIsGapless(product.databaseUrl);
  }
  return figures(at);
}

/** Connects what is missing to `count`, and runs warm. */
async function grow(system, count, say) {
  const ms = await connectSockets(system, count - system.sockets);
  say(`  ${system.name}: connected in ${(ms / 1000).toFixed(1)} s`);
  await system.clients.ask('time', { after: system.raised.length });
  await alerts(system, Math.max(10, WARM_UP_DELIVERIES / count));
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
    versus('fan-out-cpu-10k-vs-ws', 'cpuUs', large, large.ws),
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
