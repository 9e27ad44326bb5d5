import { fileURLToPath } from 'node:url';
import { checkLogIsGapless, checkStored } from '../lib/correctness.mjs';
import { httpLoad } from '../lib/http-load.mjs';
import { startProduct } from '../lib/product.mjs';
import { runProgram, startPeer } from '../lib/program.mjs';
import { interleave, median, values } from '../lib/rounds.mjs';
import { createDatabase, peerRedis } from '../lib/stack.mjs';

const COMMIT_LOAD = fileURLToPath(new URL('../load/commit-load.mjs', import.meta.url));

/**
 * Raising alerts over HTTP, closed loop: c = 1, 10, 50 and 200, beside three peers and the bare COMMIT. A quick run
 * measures what a goal needs.
 */
export async function measure({ stack, quick, rounds, say, note }) {
  const systems = await startSystems(stack);
  const { product, limit, durable, express } = systems;
  const seconds = quick ? 2 : 4;
  const all = [product, limit, durable, express];
  for (const system of all) await load(stack, system, { connections: 50, seconds, warmupSeconds: 1 });
  const at = async (connections, which, more = []) => {
    say(`${connections} connections:`);
    const runs = which.map((system) => ({
      name: system.name,
      run: () => load(stack, system, { connections, seconds: connections === 1 ? seconds / 2 : seconds }),
    }));
    const results = await interleave({ rounds, systems: [...runs, ...more], say });
    for (const system of which) note(noteOf(connections, system, results[system.name]));
    return results;
  };
  const commit = { name: 'commit', run: () => bareCommit(stack, systems, seconds / 2) };
  const alone = await at(1, quick ? [product] : all, [commit]);
  if (!quick) await at(10, all);
  const c50 = await at(50, all);
  const c200 = await at(200, quick ? [product, durable] : all);
  await checkLogIsGapless(product.databaseUrl);
  return [
    figure('post-rate-c50-vs-limit', 'rate', c50.product, c50.limit),
    figure('post-rate-c50-vs-express', 'rate', c50.product, c50.express),
    figure('post-rate-c50-vs-durable', 'rate', c50.product, c50.durable),
    figure('post-rate-c200-vs-durable', 'rate', c200.product, c200.durable),
    figure('post-cpu-c50-vs-limit', 'allCpuUs', c50.product, c50.limit),
    figure('post-c1-p50-over-commit', 'p50', alone.product, alone.commit),
    figure('post-p99-c50-vs-limit', 'p99', c50.product, c50.limit),
  ];
}

async function startSystems(stack) {
  const product = await startProduct(stack, { name: 'product' });
  const [limitRedis, expressRedis] = [await peerRedis(stack, 'limit'), await peerRedis(stack, 'express')];
  const database = await createDatabase(stack, 'durable');
  const limit = await startPeer(stack, { name: 'limit', env: limitRedis.env });
  const durable = await startPeer(stack, { name: 'durable-limit', env: { DATABASE_URL: database.url } });
  const express = await startPeer(stack, { name: 'express-socketio', env: expressRedis.env });
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
  const { ids, ...result } = await httpLoad(stack, system, options);
  if (system.table) await checkStored(system.databaseUrl, ids, system.table);
  return { ...result, allCpuUs: result.cpuUs + result.redisUs + result.postgresUs };
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

function noteOf(connections, { name }, results) {
  const middle = (of) => median(values(results, of));
  return {
    group: 'POST, closed loop',
    connections,
    system: name,
    'req/s': middle('rate'),
    'p50 ms': middle('p50'),
    'p99 ms': middle('p99'),
    'server CPU µs': middle('cpuUs'),
    'worker CPU µs': middle('workerUs'),
    'Redis CPU µs': middle('redisUs'),
    'Postgres CPU µs': middle('postgresUs'),
    'client CPU µs': middle('clientCpuUs'),
  };
}
