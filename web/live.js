import { io } from './socket.io.js';

/** Longer than the server's ping interval (10 s): without a sign of life for so long, nothing is certain. */
const SILENCE_MS = 12_000;
/** Codes of the server after which another try with the same key is of no use. */
const FINAL_REFUSALS = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'ORIGIN_FORBIDDEN']);
/** Reasons to connect anew that leave the cursor valid: what came after it can still be had. */
const CURSOR_STAYS_GOOD = new Set(['slow', 'unavailable']);
const ANSWER_WITHIN_MS = 10_000;
const LATEST_TRY_MS = 5000;

const ignore = () => undefined;

/**
 * A socket that ends with exactly the server's events: it remembers the last `seq`, asks for what came later when it
 * returns, drops what it has seen, and starts anew with a snapshot when the server no longer has what it asks for.
 * `onProvisional` gets what is taken and not in the log yet; what it got before `onConnected` is not good any more.
 * `onOtherRights` is called when what one may see has changed, with other duties or roles.
 * `onState` gets 'connecting', 'live' (nothing is missing), 'doubt' (connected but silent), 'offline', 'refused', or
 * 'unread': the server is there, and cannot read what was missed.
 */
export function connectLive(options) {
  const { credentials, onSnapshot, onAlert, onPresence, onReach = ignore, onOtherRights = ignore, onState } = options;
  const { onProvisional = ignore, onConnected = ignore } = options;
  let cursor;
  let audience;
  let complete = false;
  let heardAt = 0;
  let retry;
  let returnWithinMs = 1000;
  let unread = false;
  const socket = openSocket(() => (cursor === undefined ? credentials : { ...credentials, cursor, audience }));

  function heard() {
    heardAt = Date.now();
    if (complete) unread = false;
    if (socket.connected) onState(complete ? 'live' : pending());
  }

  /** Until all is there. A server that answers, and cannot read the record, is not away. */
  function pending() {
    return unread ? 'unread' : 'connecting';
  }

  function connectSoon() {
    clearTimeout(retry);
    retry = setTimeout(() => socket.connect(), Math.random() * returnWithinMs);
  }

  socket.on('snapshot', ({ seq, alerts, part = 1, parts = 1, audience: whose }) => {
    cursor = part === parts ? seq : undefined; // the half of a snapshot is nothing to go on from
    const isOther = audience !== undefined && audience !== whose;
    audience = whose; // goes with the cursor: of another audience it is not good, and the server begins anew
    onSnapshot(alerts, part > 1);
    if (isOther) onOtherRights();
    heard();
  });
  socket.on('alert', (message) => {
    if (cursor !== undefined && message.seq <= cursor) return;
    cursor = message.seq;
    onAlert(message);
    heard();
  });
  socket.on('provisional', (message) => {
    onProvisional(message);
    if (!complete) unread = true; // it tells this before anything else, as the record is away or was just now
    heard();
  });
  // A responder hears it first when everything that was missed has been sent.
  socket.on('presence', (counts) => {
    complete = true;
    onPresence?.(counts);
    heard();
  });
  // Thousands come back at once when a server restarts; it says over how long they should.
  socket.on('return', ({ withinMs }) => {
    returnWithinMs = withinMs;
    spreadReturn(socket.io, withinMs);
  });
  socket.on('reach', onReach);
  socket.on('resync', ({ reason }) => {
    if (!CURSOR_STAYS_GOOD.has(reason)) cursor = undefined;
    unread = reason === 'unavailable';
    onState(pending());
  });
  socket.on('connect', () => {
    onConnected(); // what is still provisional comes at once
    complete = !onPresence; // reporters are not told who is there, and ask for little
    heard();
  });
  socket.io.on('ping', heard);
  socket.on('disconnect', (reason) => {
    complete = false;
    onState(unread ? 'unread' : 'offline');
    if (reason === 'io server disconnect') connectSoon();
  });
  socket.on('connect_error', (error) => {
    if (FINAL_REFUSALS.has(error.data?.code)) return onState('refused');
    unread = error.data?.code === 'DATABASE_UNAVAILABLE';
    onState(unread ? 'unread' : 'offline');
    if (!socket.active) connectSoon();
  });
  const watch = setInterval(() => {
    if (socket.connected && Date.now() - heardAt > SILENCE_MS) onState('doubt');
  }, 1000);
  onState('connecting');

  return {
    /** Sends an event; resolves with the answer, a problem too, or with undefined when none comes. Never rejects. */
    send(event, payload) {
      return new Promise((resolve) => {
        socket.timeout(ANSWER_WITHIN_MS).emit(event, payload, (error, answer) => resolve(error ? undefined : answer));
      });
    },
    close() {
      clearInterval(watch);
      clearTimeout(retry);
      socket.disconnect();
    },
  };
}

/** The first try comes after anything from nothing to `withinMs`, evenly; each further one twice as late. */
function spreadReturn(manager, withinMs) {
  manager.reconnectionDelay(withinMs / 2);
  manager.randomizationFactor(1);
  manager.reconnectionDelayMax(Math.max(withinMs, LATEST_TRY_MS));
}

function openSocket(auth) {
  return io({
    path: '/socket.io',
    forceNew: true, // the reporter's and the operator's sockets may live in one page
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 500,
    reconnectionDelayMax: LATEST_TRY_MS,
    randomizationFactor: 0.5,
    auth: (give) => give(auth()),
  });
}
