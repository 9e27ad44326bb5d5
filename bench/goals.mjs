/**
 * The figures to reach. `compare` says what is held against the goal: `ratio` product / peer, `speed` peer / product
 * (of times: 2 is twice as fast), `difference` product - peer, `absolute` the product's own value.
 */
export const GOALS = [
  ...scenario('post', {
    'post-rate-c50-vs-limit': { what: 'POST a second, 50 connections', peer: 'limit', goal: '>= 0.4', unit: 'req/s' },
    'post-rate-c50-vs-express': {
      what: 'POST a second, 50 connections',
      peer: 'express and stock socket.io',
      goal: '>= 2',
      unit: 'req/s',
    },
    'post-rate-c50-vs-durable': {
      what: 'POST a second, 50 connections',
      peer: 'durable limit',
      goal: '>= 0.85',
      unit: 'req/s',
    },
    'post-rate-c200-vs-durable': {
      what: 'POST a second, 200 connections',
      peer: 'durable limit',
      goal: '>= 0.85',
      unit: 'req/s',
    },
    'post-cpu-c50-vs-limit': {
      what: 'CPU of API, Postgres and Redis a POST, 50 connections',
      peer: 'limit',
      goal: '<= 3',
      unit: 'µs',
    },
    'post-c1-p50-over-commit': {
      what: 'POST p50 over that of a bare COMMIT, 1 connection',
      peer: 'bare COMMIT',
      goal: '<= 1',
      unit: 'ms',
      compare: 'difference',
    },
    'post-p99-c50-vs-limit': { what: 'POST p99, 50 connections', peer: 'limit', goal: '<= 2', unit: 'ms' },
  }),
  ...scenario('fan-out', {
    'fan-out-p50-10k-vs-ws': {
      what: 'POST to the middle one of 10 000 sockets',
      peer: 'ws limit',
      goal: '>= 0.9',
      unit: 'ms',
      compare: 'speed',
    },
    'fan-out-last-10k-vs-ws': {
      what: 'POST to the last of 10 000 sockets',
      peer: 'ws limit',
      goal: '>= 0.9',
      unit: 'ms',
      compare: 'speed',
    },
    'fan-out-p99-10k-vs-ws': { what: 'POST to a socket of 10 000, p99', peer: 'ws limit', goal: '<= 1.25', unit: 'ms' },
    'fan-out-p50-10k-vs-stock': {
      what: 'POST to the middle one of 10 000 sockets',
      peer: 'stock socket.io',
      goal: '>= 1.4',
      unit: 'ms',
      compare: 'speed',
    },
    'fan-out-last-10k-vs-stock': {
      what: 'POST to the last of 10 000 sockets',
      peer: 'stock socket.io',
      goal: '>= 1.4',
      unit: 'ms',
      compare: 'speed',
    },
    'fan-out-cpu-1k-vs-ws': {
      what: 'server CPU a delivery, 1 000 sockets',
      peer: 'ws limit',
      goal: '<= 1.2',
      unit: 'µs',
    },
    'fan-out-cpu-10k-vs-ws': {
      what: 'server CPU a delivery, 10 000 sockets',
      peer: 'ws limit',
      goal: '<= 1.2',
      unit: 'µs',
    },
    'fan-out-cpu-1k-vs-stock': {
      what: 'server CPU a delivery, 1 000 sockets',
      peer: 'stock socket.io',
      goal: '<= 0.65',
      unit: 'µs',
    },
    'fan-out-cpu-10k-vs-stock': {
      what: 'server CPU a delivery, 10 000 sockets',
      peer: 'stock socket.io',
      goal: '<= 0.65',
      unit: 'µs',
    },
    'two-processes-last-vs-one': {
      what: 'POST to the last of 10 000 sockets, two API processes',
      peer: 'one API process',
      goal: '<= 0.65',
      unit: 'ms',
    },
  }),
  ...scenario('sockets', {
    'socket-memory': { what: 'memory an idle socket with login, of 10 000', goal: '<= 16', unit: 'kB' },
    'socket-memory-vs-stock': {
      what: 'memory an idle socket, of 10 000',
      peer: 'stock socket.io',
      goal: '<= 1.15',
      unit: 'kB',
    },
    'connects-vs-stock': {
      what: 'connects a second, with login',
      peer: 'stock socket.io without',
      goal: '>= 0.7',
      unit: 'connects/s',
    },
  }),
  ...scenario('reconnect', {
    'reconnect-5000': { what: '5 000 sockets come back 1 000 events behind: all caught up', goal: '<= 5', unit: 's' },
    'reconnect-panic-p99': { what: 'POST p99 meanwhile', goal: '<= 250', unit: 'ms' },
  }),
  ...scenario('jobs', {
    'jobs-rate-vs-bullmq': {
      what: 'POST to job completed, jobs a second',
      peer: 'raw BullMQ',
      goal: '>= 0.5',
      unit: 'jobs/s',
    },
    'jobs-post-p99': { what: 'POST p99 while the jobs run', peer: 'itself without jobs', goal: '<= 2', unit: 'ms' },
  }),
  ...scenario('notifications', {
    'notifications-rate-vs-bare': {
      what: 'messages to people by webhook, a second, one worker',
      peer: 'bare loop of POSTs',
      goal: '>= 0.25',
      unit: 'messages/s',
    },
    'push-rest-p50': { what: 'raise to push handed over, p50 at rest', goal: '<= 100', unit: 'ms' },
    'push-rest-p99': { what: 'raise to push handed over, p99 at rest', goal: '<= 250', unit: 'ms' },
    'push-20-p50': { what: 'raise to push handed over, p50 at 20 alerts/s', goal: '<= 150', unit: 'ms' },
    'push-20-p99': { what: 'raise to push handed over, p99 at 20 alerts/s', goal: '<= 500', unit: 'ms' },
  }),
  ...scenario('growth', {
    'growth-post-p50': {
      what: 'POST p50 with 1 000 000 alerts stored',
      peer: 'itself with 1 000',
      goal: '<= 1.15',
      unit: 'ms',
    },
    'growth-list-p50': {
      what: 'list p50 with 1 000 000 alerts stored',
      peer: 'itself with 1 000',
      goal: '<= 1.15',
      unit: 'ms',
    },
  }),
  ...scenario('start', {
    'cold-start': { what: 'start of an API process until it is ready', goal: '<= 1.5', unit: 's' },
    'idle-rss': { what: 'resident memory of an idle API process', goal: '<= 140', unit: 'MB' },
  }),
];

/** The scenarios in the order in which they run. */
export const SCENARIOS = [...new Set(GOALS.map((goal) => goal.scenario))];

/** @typedef {{ name: string, scenario: string, what: string, peer: string | null, better: 'higher' | 'lower', goal: number, unit: string, compare: 'ratio' | 'speed' | 'difference' | 'absolute' }} Goal */

function scenario(name, rows) {
  return Object.entries(rows).map(([figure, { what, peer = null, goal, unit, compare }]) => {
    const [sign, value] = goal.split(' ');
    return {
      name: figure,
      scenario: name,
      what,
      peer,
      better: sign === '>=' ? 'higher' : 'lower',
      goal: Number(value),
      unit,
      compare: compare ?? (peer ? 'ratio' : 'absolute'),
    };
  });
}
