import { checkStored } from '../lib/correctness.mjs';
import { httpLoad } from '../lib/http-load.mjs';
import { startProduct } from '../lib/product.mjs';
import { interleave, median, values } from '../lib/rounds.mjs';
import { storeAlerts } from '../lib/stored-alerts.mjs';
import { together } from '../lib/together.mjs';

const FEW = 1_000;
const MANY = 1_000_000;
/** A million takes a minute to store: a quick run has no time for it, and says so. */
const MANY_QUICKLY = 250_000;
const WARM_UP_CONNECTIONS = 50;

/** One press, and one page of the list, with many alerts stored and with few: two systems side by side. */
export async function measure({ stack, quick, rounds, warmUpSeconds, say, note }) {
  const startedAt = performance.now();
  const count = quick ? MANY_QUICKLY : MANY;
  const [few, many] = await together([start(stack, 'few', FEW), start(stack, 'many', count)]);
  say(`${count} alerts stored in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
  const seconds = quick ? 1 : 4;
  const press = (system) => async () => {
    const { ids, ...result } = await httpLoad(stack, system, { connections: 1, seconds });
    await checkStored(system.databaseUrl, ids);
    return result;
  };
  const list = (system) => async () => {
    const headers = { authorization: `Bearer ${system.operatorKey}` };
    const { ids: _none, ...result } = await httpLoad(stack, system, { connections: 1, seconds, get: true, headers });
    return result;
  };
  for (const system of [few, many]) {
    await httpLoad(stack, system, { connections: WARM_UP_CONNECTIONS, seconds: warmUpSeconds });
    await list(system)();
  }
  const side = (run) => [many, few].map((system) => ({ name: system.name, run: run(system) }));
  say('one press:');
  const presses = await interleave({ rounds, systems: side(press), say });
  say('one page of the list:');
  const pages = await interleave({ rounds, systems: side(list), say });
  for (const system of [few, many]) note(noteOf(system, presses[system.name], pages[system.name]));
  const stored = `with ${count.toLocaleString('en').replaceAll(',', ' ')} alerts stored`;
  return [
    { ...figure('growth-post-p50', presses), what: `POST p50 ${stored}` },
    { ...figure('growth-list-p50', pages), what: `list p50 ${stored}` },
  ];
}

async function start(stack, name, count) {
  const product = await startProduct(stack, { name, prepare: (url) => storeAlerts(url, count) });
  return {
    ...product,
    count,
    pids: product.apis.map(({ pid }) => pid),
    workerPid: product.worker.pid,
    postgresPid: stack.postgres.pid,
  };
}

function figure(name, { many, few }) {
  return {
    name,
    product: values(many, 'p50'),
    peerValues: values(few, 'p50'),
    clientCpuUs: values(many, 'clientCpuUs'),
    machine: values([...many, ...few], 'machine'),
  };
}

function noteOf({ count }, presses, pages) {
  return {
    group: 'Growth, one connection',
    'alerts stored': String(count),
    'POST p50 ms': median(values(presses, 'p50')),
    'POST p99 ms': median(values(presses, 'p99')),
    'list p50 ms': median(values(pages, 'p50')),
    'list p99 ms': median(values(pages, 'p99')),
    'Postgres CPU µs a POST': median(values(presses, 'postgresUs')),
  };
}
