import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

const PHONE_WAITS_MS = 5000;
const TRIES_AGAIN_MS = 500;
const ALERTS_PATH = '/api/v1/emergency/alerts';
const BODIES = [
  { severity: 'high', location: { lat: -33.93, lng: 18.86, accuracyM: 12 }, message: 'Help at the taxi rank' },
  { severity: 'critical', kind: 'medical', message: 'Man down beside the shack' },
  { severity: 'medium', kind: 'crime', location: 'Corner of Main and 4th' },
  {},
];

/**
 * People who press, each with a key and again and again until the answer is 2xx, at another node each time; and a
 * dispatcher who resolves the oldest alert when more than `open` are. The ledger of it stands outside the system.
 */
export class Phones {
  /** `{ pressedAt, acceptedAt, ids }` of each press. */
  entries = [];
  answers = new Map();
  /** Waits for the first 2xx since they were last taken, ms. */
  #waits = [];
  #toResolve = [];
  #urls;
  #token;
  #open;
  #timer;
  #under = new Set();
  #ended = false;

  constructor({ urls, token, open }) {
    this.#urls = urls;
    this.#token = token;
    this.#open = open;
  }

  start(perSecond) {
    const begun = Date.now();
    let pressed = 0;
    // By the clock and not by the tick: a busy machine must not make the load less.
    this.#timer = setInterval(() => {
      for (const due = ((Date.now() - begun) / 1000) * perSecond; pressed < due; pressed += 1) this.#begin();
    }, 1000 / perSecond);
  }

  /** Presses no more; resolves when every press is answered, or after `withinMs`. */
  async stop(withinMs) {
    clearInterval(this.#timer);
    await Promise.race([Promise.all(this.#under), delay(withinMs)]);
    this.#ended = true;
  }

  get accepted() {
    return this.entries.filter(({ acceptedAt }) => acceptedAt !== undefined);
  }

  get waiting() {
    return this.#under.size;
  }

  /** Waits since the last call, sorted, ms. */
  takeWaits() {
    return this.#waits.splice(0).toSorted((a, b) => a - b);
  }

  #begin() {
    const entry = { pressedAt: Date.now(), acceptedAt: undefined, ids: [] };
    this.entries.push(entry);
    const work = this.#press(entry, this.entries.length).finally(() => this.#under.delete(work));
    this.#under.add(work);
  }

  async #press(entry, number) {
    const headers = { 'idempotency-key': randomUUID() };
    const body = BODIES[number % BODIES.length];
    for (let attempt = number; !this.#ended; attempt += 1) {
      const answer = await this.#post(attempt, ALERTS_PATH, { headers, body });
      if (answer?.id) return this.#accept(entry, answer.id);
      await delay(TRIES_AGAIN_MS);
    }
  }

  async #accept(entry, id) {
    entry.acceptedAt = Date.now();
    entry.ids.push(id);
    this.#waits.push(entry.acceptedAt - entry.pressedAt);
    this.#toResolve.push(id);
    if (this.#toResolve.length <= this.#open) return;
    const oldest = this.#toResolve.shift();
    const headers = { authorization: `Bearer ${this.#token}` };
    const isDone = await this.#post(this.entries.length, `${ALERTS_PATH}/${oldest}/resolve`, { headers, body: {} });
    if (!isDone && !this.#ended) this.#toResolve.unshift(oldest);
  }

  /** The body of a 2xx answer, else undefined. */
  async #post(attempt, path, { headers, body }) {
    const isPress = path === ALERTS_PATH;
    try {
      const response = await fetch(this.#urls[attempt % this.#urls.length] + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(PHONE_WAITS_MS),
      });
      this.#count(isPress, response.status);
      const answer = await response.json();
      return response.ok ? answer : undefined;
    } catch {
      this.#count(isPress, 'none');
      return undefined;
    }
  }

  #count(isPress, status) {
    const name = isPress ? String(status) : `resolve ${status}`;
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
  }
}
