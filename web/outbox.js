import { keep, readKept } from './kept.js';
import { createRetryPause } from './retry-pause.js';

const URL_OF_ALERTS = '/api/v1/emergency/alerts';
const STORED = 'naboom.press';
const ANSWER_WITHIN_MS = 10_000;
/** Older than this, the responders are told that the press is a late one. */
const LATE_AFTER_MS = 60_000;

/**
 * What is answered to an addition where the receipt is not the reporter's own, the server does not know the way, or the
 * alert is taken and not yet in the record.
 */
const NO_WAY_TO_ADD = new Set(['FORBIDDEN', 'ROUTE_NOT_FOUND', 'ALERT_PROVISIONAL']);

/**
 * Delivers one press at a time until the server has it, also over a reload or a dead spot; each try carries the same
 * Idempotency-Key, so the server never takes it for two.
 * `onChange` gets `{ name: 'sending' }`, `{ name: 'waiting', reason }`, `{ name: 'sent', receipt, key }`, or
 * `{ name: 'added', alert }` for what was told after the press.
 */
export function createOutbox({ receiptToken, onChange }) {
  let press = readKept(STORED);
  let running = false;
  const pause = createRetryPause();

  function change(next) {
    press = next;
    keep(STORED, press);
  }

  async function deliver() {
    pause.begin();
    if (running) return;
    running = true;
    try {
      while (press) await tryOnce(press);
    } finally {
      running = false;
    }
  }

  async function tryOnce(sent) {
    const { key, addition } = sent;
    if (!addition) onChange({ name: 'sending' });
    const answer = addition ? await add(sent, receiptToken()) : await post(sent, receiptToken());
    const givenUp = addition && answer.refused; // a press itself never is
    // Meanwhile more may have been said, or pressed: that is another object, and goes out next.
    if ((answer.receipt || givenUp) && press === sent) change(undefined);
    if (answer.receipt && addition) onChange({ name: 'added', alert: answer.receipt });
    else if (answer.receipt) onChange({ name: 'sent', receipt: answer.receipt, key });
    else if (!givenUp) {
      if (!addition) onChange({ name: 'waiting', reason: answer.reason });
      await pause.wait(answer.retryAfterMs);
    }
  }

  return {
    /** A press; while an earlier one is not answered yet, its words join that one. Sends at once. */
    put(body) {
      const waiting = press && !press.addition ? press : newPress(randomKey());
      change({ ...waiting, body: { ...waiting.body, ...body } });
      void deliver();
    },
    /** More about the alert of a press that was answered: its location. `test` tells which kind of press it was. */
    addTo({ key, alertId, test }, body) {
      if (press) return; // a newer press is under way and brings its own
      change({ ...newPress(key), addition: true, alertId, test, body });
      void deliver();
    },
    /** Goes on with what an earlier page could not deliver. */
    resume: () => void deliver(),
  };
}

function post(press, token) {
  return send('POST', URL_OF_ALERTS, { body: bodyOf(press), key: press.key, token });
}

/** Adding twice changes nothing. Where it cannot be added, the same key comes again with more, and the server merges. */
async function add(press, token) {
  const { key, alertId, test, body } = press;
  const answer = alertId && (await send('PATCH', `${URL_OF_ALERTS}/${alertId}`, { body, token }));
  if (answer && !NO_WAY_TO_ADD.has(answer.code)) return answer;
  return send('POST', URL_OF_ALERTS, { body: { test, ...body }, key, token });
}

async function send(method, url, { body, key, token }) {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(key ? { 'idempotency-key': key } : {}),
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(body),
      credentials: 'same-origin', // whoever is signed in raises it as themselves
      keepalive: true,
      cache: 'no-store',
      signal: AbortSignal.timeout?.(ANSWER_WITHIN_MS), // older browsers lack it and must send all the same
    });
    const answer = await response.json();
    if (response.ok) return { receipt: answer };
    const seconds = Number(response.headers.get('retry-after'));
    return {
      refused: response.status >= 400 && response.status < 500,
      code: answer.code,
      reason: answer.title ?? 'The server has a problem',
      retryAfterMs: seconds > 0 ? seconds * 1000 : undefined,
    };
  } catch {
    return { reason: navigator.onLine ? 'The server does not answer' : 'This device is offline' };
  }
}

function bodyOf({ body, pressedAt }) {
  if (Date.now() - Date.parse(pressedAt) < LATE_AFTER_MS) return body;
  const late = `(Pressed at ${pressedAt}, delivered late.)`;
  return { ...body, message: [body.message, late].filter(Boolean).join(' ').slice(0, 1000) };
}

function newPress(key) {
  return { key, pressedAt: new Date().toISOString(), body: {} };
}

/** 128 random bits; randomUUID exists on https pages only. */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
