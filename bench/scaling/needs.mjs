/** What the table assumes; change it here, and `npm run bench:scaling -- --write` changes the page. */
export const ASSUMED = {
  regionResponders: 10_000,
  alertsADay: 0.1,
  peak: 20,
  eventsAnAlert: 4,
  stormShare: 0.2,
  stormSeconds: 60,
  eventsMissed: 100,
  busy: 0.6,
  socketsAProcess: 10_000,
  keptDays: 365,
  machineCores: 8,
  machineBytes: 32e9,
  databaseBytes: 1e12,
};

const US = 1e-6;
const DAY_SECONDS = 86_400;

/**
 * What `responders` connected ones need at the peak, while a power cut makes a share of them come back at once.
 * @param {ReturnType<import('./costs.mjs').readCosts>} costs
 */
export function needsOf(responders, costs, assumed = ASSUMED) {
  const regions = Math.ceil(responders / assumed.regionResponders);
  const alertsADay = responders * assumed.alertsADay;
  const alerts = (alertsADay / DAY_SECONDS) * assumed.peak;
  const events = alerts * assumed.eventsAnAlert;
  const deliveries = events * (responders / regions); // a region's event goes to all of its responders
  const connects = (responders * assumed.stormShare) / assumed.stormSeconds;
  const api = {
    events: events * costs.alert.apiUs * US,
    deliveries: deliveries * costs.deliveryUs * US,
    storm: connects * (costs.connectUs + assumed.eventsMissed * costs.caughtUpEventUs) * US,
  };
  const processesBySockets = Math.ceil(responders / assumed.socketsAProcess);
  const processesByCpu = Math.ceil((api.events + api.deliveries + api.storm) / assumed.busy);
  // Two in each region, so that one may die.
  const processes = Math.max(processesBySockets, processesByCpu, 2 * regions);
  const perRegion = processes / regions;
  const memoryBytes = processes * costs.processBytes + responders * costs.socketBytes;
  const apiCores = api.events + api.deliveries + api.storm;
  const postgresCores = events * costs.alert.postgresUs * US;
  const storedBytes = alertsADay * assumed.keptDays * assumed.eventsAnAlert * costs.alert.storedBytes;
  const machinesOf = (cores) => cores / assumed.busy / assumed.machineCores;
  return {
    responders,
    regions,
    alerts,
    events,
    deliveries,
    connects,
    deliveriesWithoutRegions: events * responders,
    apiCores: api,
    processes,
    memoryBytes,
    // Two, so that one may die.
    apiMachines: Math.max(2, Math.ceil(machinesOf(apiCores)), Math.ceil(memoryBytes / assumed.machineBytes)),
    postgresServers: Math.max(1, Math.ceil(machinesOf(postgresCores)), Math.ceil(storedBytes / assumed.databaseBytes)),
    workerCores: events * costs.alert.workerUs * US,
    // Every API process of a region reads every event from its Redis: what is measured is one that does.
    redisCores: events * costs.alert.redisUs * perRegion * US,
    postgresCores,
    storedBytes,
    networkBits: deliveries * costs.deliveryBytes * 8,
  };
}
