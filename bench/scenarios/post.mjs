import { fileURLToPath } from 'node:url';
import { batchAfter, checkLogIsGapless, checkStored, headOf, storedBytes } from '../lib/correctness.mjs';
import { costsOfPosts, httpLoad } from '../lib/http-load.mjs';
import { startProduct } from '../lib/product.mjs';
import { runProgram, startPeer } from '../lib/program.mjs';
import { interleave, values } from '../lib/rounds.mjs';
import { createDatabase, peerRedis } from '../lib/stack.mjs';
import { together } from '../lib/together.mjs';

const COMMIT_LOAD = fileURLToPath(new URL('../load/commit-load.mjs', import.meta.url));

/** People do not wait for each other's answers: what a press takes at a pace that every system can hold. */
const OPEN_LOOP_RATE = 1000;

/**
 * Raising alerts over HTTP, closed loop: c = 1, 10, 50 and 200, beside three peers and the bare COMMIT; and open loop.
 * A quick run measures what a goal needs.
 */
export async function measure({ stack, quick, rounds, warmUpSeconds, say, note }) {
  const systems = await startSystems(stack);
  const { product, limit, durable, express } = systems;
  const seconds = quick ? 1.5 : 3;
  const all = [product, limit, durable, express];
  for (const system of all) await load(stack, system, { connections: 50, seconds: warmUpSeconds });
  const at = async (connections, which, { more = [], rate } = {}) => {
    const group = rate ? `POST, open loop, ${rate} a second` : 'POST, closed loop';
    say(`${group}, ${connections} connections:`);
    const time = connections === 1 ? seconds / 1.5 : seconds;
    const runs = which.map((system) => ({
      name: system.name,
      run: () => load(stack, system, { connections, seconds: time, rate }),
    }));
    const results = await interleave({ rounds, systems: [...runs, ...more], say });
    for (const system of which)
      note({ group, connections, system: system.name, ...costsOfPosts(results[system.name]) });
    return results;
  };
  const commit = { name: 'commit', run: () => bareCommit(stack, systems, seconds / 1.5) };
  const alone = await at(1, quick ? [product] : all, { more: [commit] });
  if (!quick) await at(10, all);
  const c50 = await at(50, all);
  const c200 = await at(200, quick ? [product, durable] : all);
  if (!quick) await at(50, all, { rate: OPEN_LOOP_RATE });
  await checkLogIsGapless(product.databaseUrl);
  const stored = { storedBytes: [await storedBytes(product.databaseUrl)] };
  return [
    figure('post-rate-c50-vs-limit', 'rate', c50.product, c50.limit),
    figure('post-rate-c50-vs-express', 'rate', c50.product, c50.express),
    { ...figure('post-rate-c50-vs-durable', 'rate', c50.product, c50.durable), costs: costsOf(c50.product) },
    {
      ...figure('post-rate-c200-vs-durable', 'rate', c200.product, c200.durable),
      costs: costsOf(c200.product, stored),
    },
    figure('post-cpu-c50-vs-limit', 'allCpuUs', c50.product, c50.limit),
    { ...figure('post-c1-p50-over-commit', 'p50', alone.product, alone.commit), costs: costsOf(alone.product) },
    figure('post-p99-c50-vs-limit', 'p99', c50.product, c50.limit),
  ];
}

async function startSystems(stack) {
  const [product, limitRedis, expressRedis, database] = await together([
    startProduct(stack, { name: 'product' }),
    peerRedis(stack, 'limit'),
    peerRedis(stack, 'express'),
    createDatabase(stack, 'durable'),
  ]);
  const [limit, durable, express] = await together([
    startPeer(stack, { name: 'limit', env: limitRedis.env }),
    startPeer(stack, { name: 'durable-limit', env: { DATABASE_URL: database.url } }),
    startPeer(stack, { name: 'express-socketio', env: expressRedis.env }),
  ]);
  const postgresPid = stack.postgres.pid;
  return {
    product: {
      ...product,
      table: 'product',
      pids: product.apis.map(({ pid }) => pid),
      workerPid: product.worker.pid,
      redisPid: product.redis.pid,
      postgresPid,
    },
    limit: { name: 'limit', url: limit.url, pids: [limit.pid], redisPid: limitRedis.redis.pid },
    durable: {
      name: 'durable',
      table: 'durableLimit',
      url: durable.url,
      pids: [durable.pid],
      postgresPid,
      databaseUrl: database.url,
    },
    express: { name: 'express', url: express.url, pids: [express.pid], redisPid: expressRedis.redis.pid },
  };
}

/** One load; what was answered with 201 must be in Postgres, where the system has one. */
async function load(stack, system, options) {
  const isProduct = system.table === 'product';
  const head = isProduct ? await headOf(system.databaseUrl) : undefined;
  const { ids, ...result } = await httpLoad(stack, system, options);
  if (system.table) await checkStored(system.databaseUrl, ids, system.table);
  const batch = isProduct ? { batch: await batchAfter(system.databaseUrl, head) } : {};
  return { ...result, allCpuUs: result.cpuUs + result.redisUs + result.postgresUs, ...batch };
}

/** What one alert costs each part, µs of CPU, and how many a commit took. */
function costsOf(results, more = {}) {
  const of = (name) => values(results, name);
  return {
    apiUs: of('cpuUs'),
    workerUs: of('workerUs'),
    redisUs: of('redisUs'),
    postgresUs: of('postgresUs'),
    batch: of('batch'),
    ...more,
  };
}

async function bareCommit(stack, { durable }, seconds) {
  const env = { DATABASE_URL: durable.databaseUrl, SECONDS: String(seconds) };
  const [{ p50 }] = await runProgram({ file: COMMIT_LOAD, env });
  return { p50 };
}

function figure(name, of, product, peer) {
  return {
    name,
    product: values(product, of),
    peerValues: values(peer, of),
    clientCpuUs: values(product, 'clientCpuUs'),
    machine: values([...product, ...peer], 'machine'),
  };
}
