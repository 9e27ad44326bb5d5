import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Deliveries } from './deliveries.mjs';
import { LoadSocket } from './load-socket.mjs';
import { monotonicMs } from './monotonic.mjs';

/**
 * Thousands of sockets in one process, told what to do by lines of JSON on stdin, one answer a line on stdout:
 *
 *   {"do":"connect","count":1000,"concurrency":100,"urls":["http://127.0.0.1:3000"],"auth":{"token":"…","cursor":0}}
 *     `auth` absent: bare WebSocket. `ready`: the step that counts as connected (upgraded, connected, presence), or
 *     `until`: the `seq` with which a socket has caught up. `after`: the `seq` that a socket's first alert must follow.
 *   {"do":"time","after":7}         alerts after 7 are timed
 *   {"do":"completed","seq":8}      answers once every socket has alert 8
 *   {"do":"usage"}                  CPU of this process and deliveries so far
 *   {"do":"close"}
 *
 * Every answer lists the problems so far: a gap, a repeat, other bytes, a closed connection.
 */
const PROBLEMS_SHOWN = 5;
/**
 * Few of one address, and addresses of its own for each process of clients: with most of an address' ports in use, or
 * still in TIME_WAIT after another one, the kernel searches 8 ms for each free port.
 */
const SOCKETS_AN_ADDRESS = 2500;
const ADDRESSES = `127.${1 + ((process.pid >> 8) & 127)}.${process.pid & 255}`;

const deliveries = new Deliveries();
const sockets = new Set();
const problems = [];
let closing = false;

const COMMANDS = {
  connect: connectAll,
  time: ({ after }) => deliveries.time(after, sockets.size),
  completed: ({ seq }) => deliveries.completed(seq),
  usage: () => ({ cpuMicros: cpuMicros(), delivered: deliveries.delivered }),
  close: closeAll,
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  void Promise.resolve(COMMANDS[command.do](command)).then((answer) => {
    const shown = problems.slice(0, PROBLEMS_SHOWN);
    process.stdout.write(
      `${JSON.stringify({ id: command.id, ...answer, problemCount: problems.length, problems: shown })}\n`,
    );
  });
}
closeAll();
process.exit(0);

/**
 * Opens `count` sockets, `concurrency` of them on their way at a time: until each is ready, or `atOnce` until each has
 * its WebSocket, which is as much at once as a listen queue takes. Tells how many were ready `withinMs`; with
 * `mayEnd` one whose connection the server has ended is merely never ready.
 */
async function connectAll({ count, concurrency, urls, atOnce = false, withinMs, ...how }) {
  closing = false;
  const started = monotonicMs();
  const at = how.auth ? '/socket.io/?EIO=4&transport=websocket' : '/';
  const targets = urls.map((url) => new URL(at, url));
  const ready = [];
  let readyCount = 0;
  const openInTurn = async () => {
    while (ready.length < count && problems.length === 0) {
      const localAddress = `${ADDRESSES}.${1 + Math.floor(sockets.size / SOCKETS_AN_ADDRESS)}`;
      const socket = open({ ...how, url: targets[ready.length % targets.length], localAddress });
      ready.push(socket.ready.then(() => (readyCount += 1)));
      await (atOnce ? socket.upgraded : socket.ready);
    }
  };
  const all = Promise.all(Array.from({ length: concurrency }, openInTurn)).then(() => Promise.all(ready));
  await (withinMs === undefined ? all : Promise.race([all, delay(withinMs)]));
  return { ms: monotonicMs() - started, ready: readyCount };
}

/** Both promises resolve also when the socket is one of the problems. */
function open({ url, localAddress, auth, ready = 'connected', until, after, mayEnd = false }) {
  let last = after;
  const steps = { upgraded: newStep(), ready: newStep() };
  const onProblem = (problem) => {
    if (!closing) problems.push(problem);
    steps.upgraded.done();
    steps.ready.done();
  };
  const onEnd = (reason) => {
    if (!mayEnd) return onProblem(reason);
    steps.upgraded.done();
  };
  const onStep = (step) => {
    if (step === 'upgraded') steps.upgraded.done();
    if (step === ready && until === undefined) steps.ready.done();
  };
  const onAlert = (seq, buffer, start, end) => {
    if (last !== undefined && seq !== last + 1) onProblem(`alert ${seq} after ${last}`);
    last = seq;
    if (!deliveries.take(seq, monotonicMs(), { buffer, start, end })) onProblem(`alert ${seq} has other bytes`);
    if (seq === until) steps.ready.done();
  };
  sockets.add(new LoadSocket({ url, localAddress, auth, onStep, onAlert, onEnd, onProblem }));
  return { upgraded: steps.upgraded.promise, ready: steps.ready.promise };
}

function newStep() {
  let done;
  const promise = new Promise((resolve) => (done = resolve));
  return { promise, done };
}

function closeAll() {
  closing = true;
  for (const socket of sockets) socket.close();
  sockets.clear();
}

function cpuMicros() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
