import { setTimeout as delay } from 'node:timers/promises';
import { checkLogIsGapless, checkStored } from '../lib/correctness.mjs';
import { cpuOf } from '../lib/cpu.mjs';
import { interleave, median, values } from '../lib/rounds.mjs';
import { closeSockets, productHandshake, startProductForSockets } from '../lib/socket-systems.mjs';

const SOCKETS = 5000;
const EVENTS_BEHIND = 1000;
/** Connects without their WebSocket at a time: what the listen queue of a Node server takes (511). */
const LISTEN_QUEUE = 500;
/** Panics are pressed at their own pace, whether or not the one before was answered. */
const PANIC_EVERY_MS = 100;
const RAISING = 20;
/** Beyond the goal; a round that takes longer ends here, and counts as this long. */
const GIVEN_UP_MS = { quick: 12_000, full: 30_000 };
const CLOSE_MS = 1000;

/**
 * An API process has come back: 5 000 sockets at once ask for the 1 000 events that they missed, while people press.
 * Every socket must get every event once, in order.
 */
export async function measure({ stack, quick, rounds, say, note }) {
  const system = await startProductForSockets(stack, 'product');
  await raiseMany(system, EVENTS_BEHIND);
  const runs = [{ name: 'product', run: () => comeBack(system, GIVEN_UP_MS[quick ? 'quick' : 'full']) }];
  const results = (await interleave({ rounds, systems: runs, say })).product;
  await checkStored(system.product.databaseUrl, system.raised);
  await checkLogIsGapless(system.product.databaseUrl);
  const middle = (of) => median(values(results, of));
  note({
    group: '5 000 sockets come back, 1 000 events behind',
    'all caught up s': middle('seconds'),
    'sockets caught up by then': middle('caughtUp'),
    'POST p50 ms meanwhile': middle('p50'),
    'POST p99 ms meanwhile': middle('p99'),
    'server CPU µs an event': middle('cpuUs'),
    'client CPU µs an event': middle('clientCpuUs'),
  });
  const figure = (name, of) => ({ name, product: values(results, of), machine: values(results, 'machine') });
  const costs = { eventUs: values(results, 'cpuUs') };
  return [{ ...figure('reconnect-5000', 'seconds'), costs }, figure('reconnect-panic-p99', 'p99')];
}

async function raiseMany({ sender, raised }, count) {
  for (let done = 0; done < count; done += RAISING) {
    const answers = await Promise.all(Array.from({ length: RAISING }, () => sender.raise()));
    raised.push(...answers.map(({ id }) => id));
  }
}

async function comeBack(system, withinMs) {
  const { clients, raised, product, urls, pids } = system;
  const until = raised.length;
  const after = until - EVENTS_BEHIND;
  const [server, before] = [cpuOf(pids), await clients.ask('usage')];
  const panics = pressUntilTold(system);
  const { ms, ready } = await clients.ask('connect', {
    count: SOCKETS,
    concurrency: LISTEN_QUEUE,
    atOnce: true,
    urls,
    after,
    until,
    withinMs,
    mayEnd: true, // its client would come again, later than the goal
    ...productHandshake(product.operatorKey, after),
  });
  const times = (await panics.stop()).sort((a, b) => a - b);
  const used = await clients.ask('usage');
  const events = used.delivered - before.delivered;
  const cpuUs = (cpuOf(pids) - server) / events;
  await closeSockets(system);
  await delay(CLOSE_MS);
  return {
    seconds: ms / 1000,
    caughtUp: ready,
    panics: times.length,
    p50: median(times),
    p99: times[Math.ceil(times.length * 0.99) - 1],
    cpuUs,
    clientCpuUs: (used.cpuMicros - before.cpuMicros) / events,
  };
}

/** Presses at a steady pace; `stop` gives the time of each answer in ms, from when the press was due. */
function pressUntilTold({ sender, raised }) {
  const pressed = [];
  const press = () => {
    const answer = sender.raise();
    answer.catch(() => undefined); // it fails the run when all are waited for
    pressed.push(answer);
  };
  const timer = setInterval(press, PANIC_EVERY_MS).unref(); // a run that breaks must end
  return {
    async stop() {
      clearInterval(timer);
      const answers = await Promise.all(pressed);
      raised.push(...answers.map(({ id }) => id));
      return answers.map(({ sentAt, answeredAt }) => answeredAt - sentAt);
    },
  };
}
