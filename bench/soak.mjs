import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureBuilt } from '../scripts/lib/build.mjs';
import { ensureInstalled } from '../scripts/lib/install.mjs';
import { PlainError } from '../scripts/lib/plain-error.mjs';
import { PROJECT_ROOT, runScript, say } from '../scripts/lib/project.mjs';
import { untilAskedToStop } from '../scripts/lib/stop-signals.mjs';
import { randomOf, readSoakOptions } from './soak/options.mjs';

const TELL_EVERY_MS = 60_000;
const ANSWERED_WITHIN_MS = 120_000;
/** Alerts that are open at a time; a dispatcher resolves the oldest. */
const OPEN = 1000;
const LIVE_WITHIN_MS = 120_000;

/**
 * `npm run soak [-- --minutes 30 --rate 50 --sockets 1000 --seed N --fault-every 60 --only FAULT,…]`: the whole product
 * under load for a long time, with a random fault a minute, and a ledger of all of it. Fails when an accepted alert is
 * lost, is there twice, or a socket misses one. The same seed breaks the same things in the same order.
 */
await runScript(async (args) => {
  const options = readSoakOptions(args);
  if (process.platform !== 'linux') throw new PlainError('The soak reads memory from /proc: it needs Linux');
  await ensureInstalled(PROJECT_ROOT, say);
  await ensureBuilt(PROJECT_ROOT, say);
  const stopped = untilAskedToStop().then((reason) => Promise.reject(new PlainError(`Stopped (${reason})`)));
  stopped.catch(() => undefined); // it may come before the race below listens
  const folder = mkdtempSync(join(tmpdir(), 'naboom-soak-'));
  chmodSync(folder, 0o711); // Postgres' own user must be able to enter it when root runs this
  const opened = [];
  try {
    const failed = await Promise.race([stopped, soak({ folder, options, opened })]);
    if (!failed) rmSync(folder, { recursive: true, force: true });
    else say(`Logs and data: ${folder}`);
    return failed ? 1 : 0;
  } finally {
    for (const each of opened.reverse()) await each.close();
    // Presses and faults under way would go on for as long as they last.
    setImmediate(() => process.exit());
  }
});

async function soak({ folder, options, opened }) {
  // Only now: they need what ensureInstalled has installed.
  const { openSystem } = await import('./soak/system.mjs');
  const { startSockets } = await import('./soak/socket-process.mjs');
  const { Phones } = await import('./soak/phones.mjs');
  const { judgeSoak } = await import('./soak/verdict.mjs');
  const { minutes, rate, sockets: count, seed } = options;
  say(`${minutes} min, ${rate} alerts/s, ${count} sockets, seed ${seed}`);
  const system = await openSystem({ folder, log: say, opened });
  const urls = system.apis.map(({ url }) => url);
  const token = system.env.NABOOM_OPERATOR_KEY;
  const sockets = startSockets({ urls, token, count });
  opened.push(sockets);
  await untilLive(sockets, count);
  const phones = new Phones({ urls, token, open: OPEN });
  const telling = tellEveryMinute({ system, sockets, phones });
  phones.start(rate);
  await breakThings({ system, options });
  await phones.stop(ANSWERED_WITHIN_MS);
  const gauges = await telling.stop();
  return tellVerdict(await judgeSoak({ system, phones, sockets, token }), gauges);
}

async function untilLive(sockets, count) {
  const deadline = Date.now() + LIVE_WITHIN_MS;
  while ((await sockets.ask('state')).live < count) {
    if (Date.now() > deadline) throw new PlainError(`Not all of ${count} sockets became live`);
    await delay(100);
  }
}

/** A fault at a random moment of each stretch; the last stretch stays whole. */
async function breakThings({ system, options: { minutes, faultEvery, seed, only } }) {
  const { breakSomething, faultNames } = await import('./soak/faults.mjs');
  const names = faultNames(only);
  const random = randomOf(seed);
  const begun = Date.now();
  const untilMs = (ms) => delay(Math.max(0, begun + ms - Date.now()));
  for (let stretch = 0; (stretch + 1) * faultEvery < minutes * 60; stretch += 1) {
    await untilMs((stretch + random() / 2) * faultEvery * 1000);
    await breakSomething({ system, random, names, say });
    await untilMs((stretch + 1) * faultEvery * 1000);
  }
  await untilMs(minutes * 60_000);
}

function tellEveryMinute({ system, sockets, phones }) {
  const begun = Date.now();
  let gauges;
  const loaded = import('./soak/gauges.mjs').then(({ Gauges }) => (gauges = new Gauges()));
  const tell = async () => {
    await loaded;
    const processes = [
      ...system.parts().map(({ name, pid }) => ({ name, pid: pid() })),
      { name: 'sockets', pid: sockets.pid },
    ];
    const memory = gauges.look([...processes, { name: 'this', pid: process.pid }]);
    const { live, count, returns } = await sockets.ask('state');
    const minute = ((Date.now() - begun) / 60_000).toFixed(1);
    const answers = [...phones.answers].map(([status, times]) => `${status} x ${times}`).join(', ');
    say(
      `${minute} min: ${phones.accepted.length} accepted, ${phones.waiting} waiting (${answers}), answered in ${spread(phones.takeWaits())}`,
    );
    say(`  ${live} of ${count} sockets live, ${returns} returns; ${memory}`);
  };
  const timer = setInterval(() => void tell(), TELL_EVERY_MS);
  void tell();
  return {
    async stop() {
      clearInterval(timer);
      await tell();
      return gauges;
    },
  };
}

/** @returns whether the run has failed */
function tellVerdict({ faults, figures, delays }, gauges) {
  const { problems, ...rest } = figures;
  for (const line of gauges.report()) say(line);
  say(`sockets were told: ${problems.map(([text, times]) => `${text} x ${times}`).join('; ') || 'nothing else'}`);
  say(
    Object.entries(rest)
      .map(([name, value]) => `${value} ${name}`)
      .join(', '),
  );
  say(`from press to screen: ${spread(delays.toSorted((a, b) => a - b))}`);
  for (const [name, value] of Object.entries(faults)) say(`${value === 0 ? 'ok  ' : 'FAIL'}  ${value} ${name}`);
  return Object.values(faults).some((value) => value !== 0);
}

function spread(sorted) {
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? '-';
  return `p50 ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1)} ms`;
}
