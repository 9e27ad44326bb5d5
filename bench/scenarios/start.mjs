import { setTimeout as delay } from 'node:timers/promises';
import { cpuOf, residentBytes } from '../lib/cpu.mjs';
import { startRole } from '../lib/product.mjs';
import { interleave, values } from '../lib/rounds.mjs';
import { productStores } from '../lib/stack.mjs';

const LOOK_EVERY_MS = 250;
/** CPU of an idle process in that time, µs: it asks Postgres and Redis once a second, and nothing else. */
const QUIET_US = 10_000;
const QUIET_LOOKS = 4;
const QUIET_WITHIN_MS = 20_000;

/** From the start of an API process to its first ready answer, and its memory once it idles. */
export async function measure({ stack, rounds, say }) {
  const { env } = await productStores(stack, 'start');
  await startOnce(stack, env); // the program comes off the disk once
  const systems = [{ name: 'product', run: () => startOnce(stack, env) }];
  const { product } = await interleave({ rounds, systems, say });
  const machine = values(product, 'machine');
  return [
    { name: 'cold-start', product: values(product, 'seconds'), machine },
    { name: 'idle-rss', product: values(product, 'megabytes'), machine },
  ];
}

async function startOnce(stack, env) {
  const node = await startRole(stack, { role: 'api', env });
  await untilQuiet(node.pid);
  const megabytes = residentBytes(node.pid) / 1e6;
  await node.stop();
  return { seconds: node.readyMs / 1000, megabytes };
}

/** Waits until a process has used next to no CPU for a second. */
async function untilQuiet(pid) {
  const deadline = performance.now() + QUIET_WITHIN_MS;
  let quiet = 0;
  for (let before = cpuOf([pid]); quiet < QUIET_LOOKS; ) {
    if (performance.now() > deadline) throw new Error(`the process does not idle within ${QUIET_WITHIN_MS / 1000} s`);
    await delay(LOOK_EVERY_MS);
    const now = cpuOf([pid]);
    quiet = now - before < QUIET_US ? quiet + 1 : 0;
    before = now;
  }
}
