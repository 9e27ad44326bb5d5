import { LoadSocket } from '../load/load-socket.mjs';

/**
 * Responders' sockets in a process of their own, each as the docs ask for: it comes back by itself with the `seq` that
 * it has. Told what to do by messages of the parent, `{ id, do, … }`; each is answered once.
 */
/** Until the server has said over how long returns shall be spread. */
const COMES_BACK_MS = { least: 100, most: 2000 };
const LIVE_WITHIN_MS = 30_000;
/** Every so many sockets, one reads whose alert it is told of; all of them count the numbers. */
const READER_EVERY = 100;
const PROBLEMS_KEPT = 20;
const ID_NAME = Buffer.from('"alert":{"id":"');
const ID_LENGTH = 36;
const LOCAL = '127.0.0.1';

const state = { gaps: 0, repeats: 0, returns: 0, unequal: 0 };
const problems = new Map();
/** seq -> the alert that it tells of, and when the first reader had it, ms. */
const told = new Map();
const followers = [];
let closing = false;

class Follower {
  cursor = 0;
  isLive = false;
  #attempt = 0;
  #connects = 0;
  #spreadMs = COMES_BACK_MS.most;
  #socket;

  constructor({ urls, token, index }) {
    this.urls = urls;
    this.token = token;
    this.index = index;
    this.reads = index % READER_EVERY === 0;
    this.#connect();
  }

  close() {
    this.#socket.close();
  }

  #connect() {
    if (closing) return;
    const at = this.urls[(this.index + this.#connects) % this.urls.length];
    this.#connects += 1;
    const attempt = (this.#attempt += 1);
    const end = (reason) => this.#comeBack(attempt, reason);
    this.#socket = new LoadSocket({
      url: new URL('/socket.io/?EIO=4&transport=websocket', at),
      localAddress: LOCAL,
      auth: { token: this.token, cursor: this.cursor },
      onStep: (name) => (this.isLive ||= name === 'presence'),
      onAlert: (seq, buffer, start, end) => this.#take(seq, buffer.subarray(start, end)),
      onReturn: (withinMs) => (this.#spreadMs = withinMs),
      onOther: (text) => note(text.slice(0, 40)),
      onEnd: end,
      onProblem: end,
    });
    setTimeout(() => {
      if (!this.isLive) end('not live in time');
    }, LIVE_WITHIN_MS).unref();
  }

  /** Once for each connection, whatever ends it. */
  #comeBack(attempt, reason) {
    if (closing || attempt !== this.#attempt) return;
    note(reason.slice(0, 40));
    this.#attempt += 1;
    this.isLive = false;
    state.returns += 1;
    this.#socket.close();
    setTimeout(() => this.#connect(), COMES_BACK_MS.least + Math.random() * this.#spreadMs);
  }

  #take(seq, frame) {
    if (seq <= this.cursor) state.repeats += 1;
    else if (seq !== this.cursor + 1) state.gaps += 1;
    this.cursor = seq;
    if (!this.reads) return;
    const at = frame.indexOf(ID_NAME) + ID_NAME.length;
    const id = frame.latin1Slice(at, at + ID_LENGTH);
    const known = told.get(seq);
    if (!known) told.set(seq, { id, at: Date.now() });
    else if (known.id !== id) state.unequal += 1;
  }
}

function note(problem) {
  if (problems.size < PROBLEMS_KEPT || problems.has(problem)) problems.set(problem, (problems.get(problem) ?? 0) + 1);
}

const COMMANDS = {
  connect({ urls, token, count }) {
    for (let index = 0; index < count; index += 1) {
      // Spread over a second a thousand: a listen queue is short.
      setTimeout(() => followers.push(new Follower({ urls, token, index })), index);
    }
  },
  state() {
    const cursors = followers.map(({ cursor }) => cursor);
    const live = followers.filter(({ isLive }) => isLive).length;
    return { ...state, live, least: Math.min(...cursors), count: followers.length, problems: [...problems] };
  },
  /** How many have not everything up to this number. */
  behind: ({ seq }) => followers.filter(({ cursor }) => cursor < seq).length,
  told: () => [...told].map(([seq, { id, at }]) => [seq, id, at]),
};

process.on('message', (command) => process.send({ id: command.id, answer: COMMANDS[command.do](command) }));
process.on('disconnect', () => {
  closing = true;
  for (const follower of followers) follower.close();
  process.exit(0);
});
