import { setTimeout as delay } from 'node:timers/promises';
import { cpuOf, residentBytes } from '../lib/cpu.mjs';
import { startRole } from '../lib/product.mjs';
import { startPeer } from '../lib/program.mjs';
import { interleave, median, values } from '../lib/rounds.mjs';
import { closeSockets, connectSockets, startProductForSockets, startStock } from '../lib/socket-systems.mjs';
import { together } from '../lib/together.mjs';

const SOCKETS = 10_000;
/** A wave of connects; all are closed before the next. */
const WAVE = { quick: 1000, full: 3000 };
/** Connects after which V8 has compiled the path, so that a wave shows what a running server does. */
const WARM_UP = 3000;
/** What a process keeps of its first connects is not counted to the later ones. */
const FIRST_SOCKETS = 200;
const CLOSE_MS = 500;
const IDLE_MS = 2000;
const KB = 1024;

/** What a socket costs: connects a second in waves, and memory at 10 000, beside stock Socket.IO without a login. */
export async function measure({ stack, quick, rounds, say, note }) {
  const [product, stock] = await together([startProductForSockets(stack, 'product'), startStock(stack)]);
  const connects = await connectsOf({ product, stock }, { wave: quick ? WAVE.quick : WAVE.full, rounds, say });
  const memory = await memoryOf(stack, { product, stock }, { rounds, say });
  for (const [name, { name: system }] of Object.entries({ product, stock })) {
    note({
      group: 'A socket',
      system,
      'connects/s': median(values(connects[name], 'rate')),
      'server CPU µs a connect': median(values(connects[name], 'cpuUs')),
      'kB at 10 000': median(values(memory[name], 'kB')),
    });
  }
  return [
    { name: 'socket-memory', product: values(memory.product, 'kB'), machine: values(memory.product, 'machine') },
    versus('socket-memory-vs-stock', 'kB', memory),
    { ...versus('connects-vs-stock', 'rate', connects), costs: { connectUs: values(connects.product, 'cpuUs') } },
  ];
}

async function connectsOf(systems, { wave, rounds, say }) {
  const runs = Object.entries(systems).map(([name, system]) => ({ name, run: () => connectWave(system, wave) }));
  for (const system of Object.values(systems)) await connectWave(system, WARM_UP);
  say(`${wave} connects at a time:`);
  return interleave({ rounds, systems: runs, say });
}

/** Sockets of the product count once they are live, those of the peer once Socket.IO has answered. */
async function connectWave(system, count) {
  const cpu = cpuOf(system.pids);
  const ms = await connectSockets(system, count);
  const cpuUs = (cpuOf(system.pids) - cpu) / count;
  await closeSockets(system);
  await delay(CLOSE_MS);
  return { rate: (count / ms) * 1000, cpuUs };
}

/**
 * Each round in fresh processes: memory that a process once had it does not give back. Both at the same time, which
 * saves a minute and changes no memory.
 */
async function memoryOf(stack, { product, stock }, { rounds, say }) {
  const freshApi = () => startRole(stack, { role: 'api', env: product.product.env });
  const freshStock = () => startPeer(stack, { name: 'express-socketio', env: stock.env });
  say(`${SOCKETS} idle sockets:`);
  const run = async () => {
    const [ours, theirs] = await together([memoryPerSocket(product, freshApi), memoryPerSocket(stock, freshStock)]);
    return { product: ours, stock: theirs };
  };
  const { both } = await interleave({ rounds, systems: [{ name: 'both', run }], say });
  return {
    product: both.map(({ product: kB, machine }) => ({ kB, machine })),
    stock: both.map(({ stock: kB, machine }) => ({ kB, machine })),
  };
}

async function memoryPerSocket(system, start) {
  const fresh = await start();
  const there = { ...system, urls: [fresh.url] };
  await connectSockets(there, FIRST_SOCKETS);
  await closeSockets(there);
  await delay(CLOSE_MS);
  const before = residentBytes(fresh.pid);
  await connectSockets(there, SOCKETS);
  await delay(IDLE_MS);
  const kB = (residentBytes(fresh.pid) - before) / SOCKETS / KB;
  await closeSockets(there);
  await fresh.stop();
  return kB;
}

function versus(name, of, { product, stock }) {
  return { name, product: values(product, of), peerValues: values(stock, of), machine: values(product, 'machine') };
}
