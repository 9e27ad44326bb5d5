import { createServer, request as requestHttp, Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answer, listen, readBody } from '../peers/http-server.mjs';

/**
 * Raises alerts and is the push service that hears of them: one clock for both ends. A push carries the id of its alert
 * as `Topic`, so that nothing has to be decrypted.
 */
const PUSHED_WITHIN_MS = 30_000;
/** Presses of one phone would fold. */
let phones = 10_000_000 + (process.pid % 1000) * 10_000;
const agent = new Agent({ keepAlive: true });
/** By alert: when its push came, or who waits for it. */
const pushed = new Map();

await listen(
  createServer((request, response) => {
    if (request.url.startsWith('/push/')) return takePush(request, response);
    readBody(request, (text) => void run(JSON.parse(text), response));
  }),
);

function takePush(request, response) {
  const at = performance.now();
  request.resume();
  request.on('end', () => response.writeHead(201).end());
  const id = request.headers.topic;
  const waiting = pushed.get(id);
  if (typeof waiting === 'function') waiting(at);
  else pushed.set(id, at);
}

/** `everyMs`: an alert each, whatever becomes of those before; without it one after the other, with a pause between. */
async function run({ url, key, count, everyMs }, response) {
  try {
    const times =
      everyMs === undefined ? await oneByOne({ url, key }, count) : await atRate({ url, key }, count, everyMs);
    answer(response, 200, { times });
  } catch (error) {
    answer(response, 500, { error: String(error) });
  }
}

async function oneByOne(to, count) {
  const times = [];
  while (times.length < count) {
    times.push(await raiseToPush(to));
    // No multiple of anything that the product does by the clock.
    await delay(40 + Math.random() * 60);
  }
  return times;
}

async function atRate(to, count, everyMs) {
  const startedAt = performance.now();
  const under = [];
  for (let each = 0; each < count; each += 1) {
    const dueAt = startedAt + each * everyMs;
    if (dueAt > performance.now()) await delay(dueAt - performance.now());
    under.push(raiseToPush(to));
  }
  return Promise.all(under);
}

/** From sending the press until the push service has the push, ms. */
async function raiseToPush(to) {
  const sentAt = performance.now();
  const id = (await raise(to)).replaceAll('-', '');
  const at = pushed.get(id) ?? (await new Promise((resolve) => waitFor(id, resolve)));
  pushed.delete(id);
  return at - sentAt;
}

function waitFor(id, resolve) {
  pushed.set(id, resolve);
  // A push that never comes is endless in the figures, and must not hold up the run or keep this process alive.
  setTimeout(() => pushed.get(id) === resolve && resolve(Infinity), PUSHED_WITHIN_MS).unref();
}

function raise({ url, key }) {
  const body = JSON.stringify({
    severity: 'high',
    location: { lat: -33.9, lng: 18.4 },
    message: 'Help at the taxi rank',
    contact: { phone: `+278${(phones += 1)}` },
  });
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      authorization: `Bearer ${key}`,
    };
    const outgoing = requestHttp(url, { method: 'POST', agent, headers }, (incoming) => {
      readBody(incoming, (text) => {
        if (incoming.statusCode === 201) resolve(JSON.parse(text).id);
        else reject(new Error(`an alert was answered with ${incoming.statusCode}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
