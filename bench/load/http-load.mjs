import { writeFileSync } from 'node:fs';
import { HttpConnection } from './http-connection.mjs';
import { getRequests, PressCounter, pressRequests } from './presses.mjs';

/**
 * Sends requests for `warmupSeconds` + `seconds` and measures the latter part. Closed loop: each of `connections`
 * keep-alive connections sends as soon as it is answered. Open loop: `rate` requests a second whatever the answers do,
 * timed from when they were due. Setup in the environment variable HTTP_LOAD:
 * { url, path, get?, headers?, connections, rate?, warmupSeconds, seconds, firstPress, idsFile?, test? }.
 * Writes JSON lines: {"at":"start"} and {"at":"end"} of the measured part, then the result.
 */
const setup = JSON.parse(process.env.HTTP_LOAD);
const { hostname, port, host } = new URL(setup.url);
const counter = new PressCounter(setup.firstPress ?? 0);
const latencies = [];
const statuses = {};
const ids = [];
const idle = [];
const overdue = [];
const state = { measuring: false, sending: true, answered: 0, inFlight: 0 };

const connections = await Promise.all(Array.from({ length: setup.connections }, connect));
if (setup.rate) sendOnTime();
else for (const connection of connections) send(connection, performance.now());
setTimeout(begin, setup.warmupSeconds * 1000);

async function connect() {
  const requests = setup.get ? getRequests({ ...setup, host }) : pressRequests({ ...setup, host });
  const connection = new HttpConnection({ hostname, port: Number(port), requests, onAnswer });
  await connection.opened;
  idle.push(connection);
  return connection;
}

function send(connection, dueAt) {
  state.inFlight += 1;
  connection.send(counter, dueAt);
}

function onAnswer(connection, { status, id }) {
  const now = performance.now();
  state.inFlight -= 1;
  statuses[status] = (statuses[status] ?? 0) + 1;
  if (status === 201) ids.push(id);
  if (state.measuring) {
    state.answered += 1;
    latencies.push(now - connection.dueAt);
  }
  if (!setup.rate && state.sending) send(connection, now);
  else if (overdue.length > 0) send(connection, overdue.shift());
  else idle.push(connection);
  if (!state.sending && state.inFlight === 0) finish();
}

/** Open loop: a request that finds no free connection waits, and its wait counts. */
function sendOnTime() {
  const everyMs = 1000 / setup.rate;
  let dueAt = performance.now();
  const timer = setInterval(() => {
    if (!state.sending) return clearInterval(timer);
    for (const now = performance.now(); dueAt <= now; dueAt += everyMs) {
      if (idle.length > 0) send(idle.pop(), dueAt);
      else overdue.push(dueAt);
    }
  }, 1);
}

function begin() {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  state.measuring = true;
  tell({ at: 'start' });
  setTimeout(() => {
    state.seconds = (performance.now() - startedAt) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    state.cpuUs = user + system;
    state.measuring = false;
    state.sending = false; // what is under way is answered and counted in `statuses`
    tell({ at: 'end' });
    if (state.inFlight === 0) finish();
  }, setup.seconds * 1000);
}

function finish() {
  for (const connection of connections) connection.close();
  if (setup.idsFile) writeFileSync(setup.idsFile, ids.join('\n'));
  const sorted = Float64Array.from(latencies).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  tell({
    rate: state.answered / state.seconds,
    answered: state.answered,
    p50: at(0.5),
    p99: at(0.99),
    max: sorted.at(-1),
    clientCpuUs: state.cpuUs / state.answered,
    statuses,
  });
}

function tell(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
