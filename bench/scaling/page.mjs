import { table } from '../lib/report.mjs';
import { round3 } from '../lib/rounds.mjs';
import { saturation, simulate } from './log-queue.mjs';
import { ASSUMED, needsOf } from './needs.mjs';

const SIZES = [1_000, 100_000, 10_000_000];
/** Shares of what one log takes at most. */
const LOADS = [0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99, 1.05];
const REGIONS = [1, 4, 16];
/** Arrival rates of the regions, in what one log takes at most. */
const RATES = [0.5, 0.9, 3.6, 14.4];
const CROSS = 0.05;
const ARRIVALS = 100_000;
const SEED = 1;

/** The measured part of docs/scaling.md, made from costs. */
export function renderScaling(costs) {
  return [
    '### Measured',
    measured(costs),
    '### What responders need',
    needs(costs),
    '### Where one log ends',
    oneLog(costs),
    '### Regions',
    regions(costs),
  ].join('\n\n');
}

function measured({ alert, log, check, ...costs }) {
  const us = (value) => `${round3(value)} µs`;
  return table(
    ['one …', 'costs'],
    [
      ['alert, 50 at a time: API', us(alert.apiUs)],
      ['the same: Postgres', us(alert.postgresUs)],
      ['the same: Redis', us(alert.redisUs)],
      ['the same: worker', us(alert.workerUs)],
      ['alert in Postgres, with indexes', `${round3(alert.storedBytes)} bytes`],
      ['delivery to a socket', `${us(costs.deliveryUs)}, ${round3(costs.deliveryBytes)} bytes`],
      ['event to a socket that catches up', us(costs.caughtUpEventUs)],
      ['connect with login', us(costs.connectUs)],
      ['idle socket', `${round3(costs.socketBytes / 1024)} kB`],
      ['idle API process', `${round3(costs.processBytes / 1e6)} MB`],
      ['bare COMMIT', `${round3(costs.commitMs)} ms`],
      ['commit of n alerts', `${round3(log.fixed * 1000)} ms + n × ${us(log.each * 1e6)}`],
      [
        `commit of ${round3(check.batch)}, by that line`,
        `${round3((log.fixed + log.each * check.batch) * 1000)} ms; measured ${round3(check.measuredMs)} ms`,
      ],
    ],
  );
}

function needs(costs) {
  const each = SIZES.map((size) => needsOf(size, costs));
  const line = (name, value) => [name, ...each.map(value)];
  return table(
    ['connected responders', ...SIZES.map(whole)],
    [
      line('regions, each with its log', ({ regions: count }) => whole(count)),
      line('alerts a second at the peak', ({ alerts }) => round3(alerts)),
      line('events a second', ({ events }) => round3(events)),
      line('deliveries a second', ({ deliveries }) => whole(round3(deliveries))),
      line('the same if all were in one log', ({ deliveriesWithoutRegions }) =>
        whole(round3(deliveriesWithoutRegions)),
      ),
      line('connects a second in the storm', ({ connects }) => whole(round3(connects))),
      line('API cores: deliveries', ({ apiCores }) => small(apiCores.deliveries)),
      line('API cores: events', ({ apiCores }) => small(apiCores.events)),
      line('API cores: storm', ({ apiCores }) => small(apiCores.storm)),
      line('API processes', ({ processes }) => whole(processes)),
      line('their memory', ({ memoryBytes }) => `${round3(memoryBytes / 1e9)} GB`),
      line('API machines', ({ apiMachines }) => whole(apiMachines)),
      line('worker cores', ({ workerCores }) => small(workerCores)),
      line('Redis cores', ({ redisCores }) => small(redisCores)),
      line('Redis processes', ({ regions: count }) => whole(count)),
      line('Postgres cores', ({ postgresCores }) => small(postgresCores)),
      line('Postgres servers', ({ postgresServers }) => whole(postgresServers)),
      line('alerts of a year', ({ storedBytes }) => `${whole(round3(storedBytes / 1e9))} GB`),
      line('network, to sockets', ({ networkBits }) => `${whole(round3(networkBits / 1e6))} Mbit/s`),
    ],
  );
}

function oneLog({ log }) {
  const most = saturation(log);
  const rows = LOADS.map((load) => {
    const { p50, p99, batch } = simulate({ rate: load * most, logs: 1, count: ARRIVALS, seed: SEED, log });
    const time = (ms) => (load < 1 ? `${round3(ms)} ms` : `grows, ${round3(ms)} ms after ${whole(ARRIVALS)}`);
    return [whole(round3(load * most)), `${round3(load * 100)} %`, round3(batch), time(p50), time(p99)];
  });
  return `Saturated at ${whole(round3(most))} alerts a second.\n\n${table(['alerts/s', 'of saturation', 'alerts a commit', 'p50', 'p99'], rows)}`;
}

function regions({ log }) {
  const most = saturation(log);
  const rows = RATES.map((load) => [
    whole(round3(load * most)),
    ...REGIONS.flatMap((logs) =>
      (logs === 1 ? [0] : [0, CROSS]).map((cross) => p99({ rate: load * most, logs, cross, log })),
    ),
  ]);
  const names = REGIONS.flatMap((logs) =>
    logs === 1 ? ['1 log'] : [`${logs} logs`, `${logs} logs, ${CROSS * 100} % in two`],
  );
  return `p99 from arrival to commit:\n\n${table(['alerts/s in all', ...names], rows)}`;
}

function p99({ rate, logs, cross, log }) {
  if ((rate / logs) * (1 + cross) >= saturation(log)) return 'does not settle';
  const result = simulate({ rate, logs, cross, count: ARRIVALS, seed: SEED, log });
  return `${round3(result.p99)} ms`;
}

/** Cores that are busy; what is less than a hundredth of one is not worth digits. */
function small(cores) {
  return cores < 0.01 ? '< 0.01' : round3(cores);
}

function whole(value) {
  return String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ' ');
}

/** The assumptions in words, so that the page cannot say others than the program has. */
export function renderAssumptions(assumed = ASSUMED) {
  return [
    `a region has ${whole(assumed.regionResponders)} responders, all of whom get each of its events`,
    `${assumed.alertsADay} alerts a day for each responder; at the peak ${assumed.peak} times the mean`,
    `${assumed.eventsAnAlert} events an alert (raised, acknowledged, one more press, resolved), each as dear as the first`,
    `a power cut: ${assumed.stormShare * 100} % come back within ${assumed.stormSeconds} s, ${assumed.eventsMissed} events behind, during the peak`,
    `cores are busy for ${assumed.busy * 100} % at most; an API process holds ${whole(assumed.socketsAProcess)} sockets at most, a region has two`,
    `a machine has ${assumed.machineCores} cores and ${whole(assumed.machineBytes / 1e9)} GB; there are two at least`,
    `a Redis for each region; alerts are kept for ${assumed.keptDays} days, ${whole(assumed.databaseBytes / 1e12)} TB of them on one Postgres server`,
  ]
    .map((line) => `- ${line}`)
    .join('\n');
}
