import { setTimeout as delay } from 'node:timers/promises';
import { LoadSocket } from '../../bench/load/load-socket.mjs';

/**
 * Thousands of responders in one process, told what to do by its parent (test/support/herd.ts). Each keeps its cursor and
 * comes back by the rule of docs/events.md, spread as widely as the server has said.
 */
const SOCKETS_AN_ADDRESS = 2500;
const LATEST_TRY_MS = 5000;
/** On their way at a time when they come for the first time; what comes back comes as it likes. */
const AT_A_TIME = 100;
/** What cannot be: an event too many, too few, or of a kind that nobody sends. */
const problems = [];
const clients = [];
const tries = [];

class Client {
  cursor = 0;
  isLive = false;
  #withinMs = 1000;
  #failed = 0;
  #socket;

  constructor(settings, index) {
    this.settings = settings;
    this.localAddress = `127.${settings.net}.0.${1 + Math.floor(index / SOCKETS_AN_ADDRESS)}`;
  }

  connect() {
    tries.push(Date.now());
    const { url, token } = this.settings;
    const socket = new LoadSocket({
      url: new URL('/socket.io/?EIO=4&transport=websocket', url),
      localAddress: this.localAddress,
      auth: { token, cursor: this.cursor },
      onStep: (step) => step === 'presence' && this.#arrived(),
      onReturn: (withinMs) => (this.#withinMs = withinMs),
      onAlert: (seq) => this.#take(seq),
      onEnd: () => socket === this.#socket && this.#comeBack(),
      onProblem: (problem) => problems.push(problem),
    });
    this.#socket = socket;
  }

  close() {
    this.#socket.close();
  }

  #arrived() {
    this.isLive = true;
    this.#failed = 0;
  }

  #take(seq) {
    if (seq !== this.cursor + 1) problems.push(`alert ${seq} after ${this.cursor}`);
    this.cursor = seq;
  }

  #comeBack() {
    this.isLive = false;
    const latest = Math.max(this.#withinMs, LATEST_TRY_MS);
    const within = Math.min(this.#withinMs * 2 ** this.#failed, latest);
    this.#failed += 1;
    setTimeout(() => this.connect(), Math.random() * within);
  }
}

const COMMANDS = {
  async gather({ count, ...settings }) {
    for (let index = 0; index < count; index += 1) {
      const client = new Client(settings, index);
      clients.push(client);
      client.connect();
      while (clients.length - live() > AT_A_TIME) await delay(5);
    }
  },
  status: () => ({
    live: live(),
    least: Math.min(...clients.map(({ cursor }) => cursor)),
    problems: problems.slice(0, 5),
  }),
  tries: ({ since }) => tries.filter((at) => at >= since),
  end() {
    for (const client of clients) client.close();
    process.exit(); // some wait for their turn to come back
  },
};

process.on('message', (message) => void obey(message));

async function obey({ id, command, given }) {
  const answer = await COMMANDS[command](given);
  if (process.connected) process.send({ id, answer });
}

function live() {
  return clients.reduce((count, { isLive }) => count + Number(isLive), 0);
}
