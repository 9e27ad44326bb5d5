import type { Answer, Json } from '../support/alerts-client.js';
import { bearing, staffedTown, type StaffedTown } from '../support/staffed-town.js';
import { operator, outcome, useDirectory, type Who } from '../support/use-directory.js';

const directory = useDirectory();
const ALERTS = '/emergency/alerts';
const PINS = { cancelPin: '13571357', duressPin: '24682468' };

let town: StaffedTown;
beforeAll(async () => {
  town = await staffedTown(directory(), 28);
});

const ask = (who: Who, method: string, path: string, body?: unknown) => directory().ask(who, method, path, body);
const step = (who: Who, id: string, name: string, body?: unknown) => ask(who, 'POST', `${ALERTS}/${id}/${name}`, body);

async function raise(who: Who, body: Json): Promise<{ id: string; receipt: Who; answer: Json }> {
  const { body: answer } = await ask(who, 'POST', ALERTS, body);
  return { id: answer.id, receipt: bearing(answer.receiptToken), answer };
}

/** What differs between any two alerts, and between two moments. */
function comparable({ status, body }: Answer): unknown {
  const numbers = new Map<string, string>();
  const text = JSON.stringify(body, (key, value: unknown) => {
    if (['id', 'reference', 'instance', 'receiptToken', 'next'].includes(key)) return value && key;
    if (key === 'seq' || key.endsWith('At') || key === 'at') {
      // The same one as before, or another one.
      const text = JSON.stringify(value);
      const known = numbers.get(text) ?? `${key} ${numbers.size}`;
      numbers.set(text, known);
      return value === null ? null : known;
    }
    return key === 'detail' ? String(value).replace(/\d{4}-.*Z/, 'TIME') : value;
  });
  return { status, body: JSON.parse(text) };
}

describe('cancelling with the duress PIN', () => {
  it('gets every answer that cancelling with the other one gets, whoever does what meanwhile', async () => {
    const told = { location: town.onHill, message: 'help', severity: 'medium', ...PINS };
    const seen: unknown[][] = [];
    const toStaff: Json[] = [];
    const goOn: unknown[] = [];
    for (const pin of [PINS.cancelPin, PINS.duressPin]) {
      const { id, receipt, answer } = await raise(undefined, told);
      expect(answer.warnings).toEqual([]);
      await step(town.responder, id, 'respond', { status: 'en_route', etaMinutes: 5 });
      const answers = [await step(receipt, id, 'cancel', { pin, reason: 'all is well' })];
      toStaff.push((await ask(town.responder, 'GET', `${ALERTS}/${id}`)).body);
      // Two who answer it go on; with one that is really cancelled they cannot.
      goOn.push(outcome(await step(town.dispatcher, id, 'acknowledge')));
      goOn.push(outcome(await step(town.responder, id, 'respond', { status: 'on_scene' })));
      answers.push(
        await ask(receipt, 'GET', `${ALERTS}/${id}`),
        await ask(receipt, 'GET', `${ALERTS}/${id}/events`),
        await ask(receipt, 'GET', `${ALERTS}/${id}/events?limit=4`),
        await ask(receipt, 'GET', `${ALERTS}/${id}/events?limit=3`),
        await ask(receipt, 'PATCH', `${ALERTS}/${id}`, { location: town.atRiver, message: 'I go home' }),
        await step(receipt, id, 'cancel', { pin: PINS.cancelPin }),
        await step(receipt, id, 'cancel', { pin: PINS.duressPin.replace('2', '9') }),
        await step(receipt, id, 'cancel'),
        await step(receipt, id, 'acknowledge'),
        await ask(receipt, 'GET', ALERTS),
        await ask(receipt, 'GET', `${ALERTS}/${id}/events`),
        await ask(receipt, 'GET', `${ALERTS}/${id}`),
      );
      seen.push(answers.map(comparable));
      const again = await raise(receipt, { message: 'it begins again' });
      expect(again.id).not.toBe(id);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(toStaff).toMatchObject([
      { status: 'cancelled', severity: 'medium', duress: null },
      { status: 'acknowledged', severity: 'critical', duress: { seen: { status: 'cancelled' } } },
    ]);
    expect(goOn).toEqual(['409 ALERT_STATE', '409 ALERT_STATE', 200, 200]);
    expect(seen[0]!.map((answer) => (answer as Answer).status)).toEqual([
      200, 200, 200, 200, 200, 200, 200, 403, 403, 403, 403, 200, 200,
    ]);
  });

  it('shows who is signed in their own alert as a reporter sees it, whatever else they are', async () => {
    const lists: unknown[] = [];
    for (const pin of [PINS.cancelPin, PINS.duressPin]) {
      const dispatcher = await directory().planted.person('Dee', { [town.town]: 'dispatcher' });
      const { id } = await raise(dispatcher, { location: town.onHill, ...PINS });
      expect(outcome(await step(dispatcher, id, 'resolve'))).toBe('403 FORBIDDEN');
      expect(outcome(await step(dispatcher, id, 'cancel', { pin }))).toBe(200);
      await step(town.dispatcher, id, 'acknowledge');
      const one = await ask(dispatcher, 'GET', `${ALERTS}/${id}`);
      const pages = [];
      for (const query of ['?limit=1', '?limit=1&status=cancelled', `?limit=1&area=${town.hill}&status=cancelled`]) {
        const page = await ask(dispatcher, 'GET', `${ALERTS}${query}`);
        pages.push(page.body.items.filter((item: Json) => item.id === id));
      }
      const open = await ask(dispatcher, 'GET', `${ALERTS}?status=open&severity=critical`);
      pages.push(open.body.items.filter((item: Json) => item.id === id));
      const acknowledged = await ask(dispatcher, 'GET', `${ALERTS}?status=acknowledged`);
      pages.push(acknowledged.body.items.filter((item: Json) => item.id === id));
      lists.push([comparable(one), comparable({ ...one, body: pages })]);
      expect(pages.map((items) => items.length)).toEqual([1, 1, 0, 0, 0]);
    }
    expect(lists[1]).toEqual(lists[0]);
  });
});

async function personWithPins(name: string) {
  const person = await directory().planted.person(name, { [town.town]: 'member' });
  const { Passwords } = await import('../../src/people/passwords.js');
  const hashes = await Promise.all(['1111', '2222'].map((pin) => new Passwords().hash(pin)));
  await directory().planted.sql('update users set cancel_pin_hash = $2, duress_pin_hash = $3 where id = $1', [
    person.id,
    ...hashes,
  ]);
  return person;
}

describe('the PINs of an alert', () => {
  it('leave no trace in what is stored of it, answered or told', async () => {
    const { id, receipt } = await raise(undefined, { message: 'help', ...PINS });
    await step(receipt, id, 'cancel', { pin: PINS.duressPin });
    const [row] = await directory().planted.sql(
      `select string_agg(e::text, '') as log, (select string_agg(i::text, '') from idempotency i) as keys,
              (select encode(cancel_digest, 'escape') from alert_pins where alert_id = $1) as digest
         from alert_events e where alert_id = $1`,
      [id],
    );
    expect(JSON.stringify(row)).not.toMatch(/13571357|24682468/);
    expect(row!['digest']).toBeTruthy();
    expect(directory().node.log()).not.toMatch(/13571357|24682468/);
    expect(JSON.stringify((await ask(operator, 'GET', `${ALERTS}/${id}`)).body)).not.toMatch(/Pin|13571357|24682468/);
  });

  it('are needed once they are set, and guessed five times at most', async () => {
    const { id, receipt } = await raise(undefined, PINS);
    expect(outcome(await step(receipt, id, 'cancel'))).toBe('403 PIN_REQUIRED');
    const guesses = await Promise.all(
      Array.from({ length: 8 }, (_, n) => step(receipt, id, 'cancel', { pin: `000${n}` })),
    );
    const outcomes = guesses.map((guess) => String(outcome(guess))).toSorted((a, b) => a.localeCompare(b));
    expect(outcomes).toEqual([
      ...Array.from({ length: 5 }, () => '403 PIN_WRONG'),
      ...Array.from({ length: 3 }, () => '429 TOO_MANY_REQUESTS'),
    ]);
    for (const pin of Object.values(PINS)) {
      const locked = await step(receipt, id, 'cancel', { pin });
      expect(outcome(locked)).toBe('429 TOO_MANY_REQUESTS');
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(800);
    }
    expect((await ask(operator, 'GET', `${ALERTS}/${id}`)).body).toMatchObject({ status: 'open', duress: null });
  });

  it('are not there by default, and may be set late, once, by the reporter alone', async () => {
    const free = await raise(undefined, {});
    expect(outcome(await step(free.receipt, free.id, 'cancel'))).toBe(200);
    const { id, receipt } = await raise(undefined, { location: town.onHill });
    const byOther = await ask(town.dispatcher, 'PATCH', `${ALERTS}/${id}`, { cancelPin: '9999' });
    expect(byOther.body.warnings).toEqual(['cancelPin: ignored, only the reporter sets it']);
    expect((await ask(receipt, 'PATCH', `${ALERTS}/${id}`, PINS)).body.warnings).toEqual([]);
    for (const cancelPin of ['9999', PINS.cancelPin]) {
      const again = await ask(receipt, 'PATCH', `${ALERTS}/${id}`, { cancelPin });
      expect(again.body.warnings).toEqual(['cancelPin: ignored, a PIN is set already']);
    }
    expect(outcome(await step(receipt, id, 'cancel', { pin: '9999' }))).toBe('403 PIN_WRONG');
    expect((await step(receipt, id, 'cancel', { pin: Number(PINS.cancelPin) })).body.status).toBe('cancelled');
  });

  it.each([
    [{ cancelPin: '12' }, ['cancelPin: ignored, it must have 4 to 8 digits']],
    [{ cancelPin: 1357, duressPin: '1357' }, ['duressPin: ignored, it must differ from cancelPin']],
    [{ duressPin: '1357' }, ['duressPin: ignored, it goes with a cancelPin']],
  ])('that cannot be used (%j) are named, and the press is taken', async (pins, warnings) => {
    expect((await raise(undefined, pins)).answer.warnings).toEqual(warnings);
  });

  it('of an account are guessed five times at most, at however many of its alerts', async () => {
    const person = await personWithPins('Mpho');
    const outcomes: unknown[] = [];
    let last = '';
    for (let n = 0; n < 7; n += 1) {
      // Presses fold into the one before while that is open.
      if (last) await step(town.dispatcher, last, 'resolve', { outcome: 'false_alarm' });
      last = (await raise(person, { location: town.onHill })).id;
      outcomes.push(outcome(await step(person, last, 'cancel', { pin: `000${n}` })));
    }
    expect(outcomes).toEqual([
      ...Array.from({ length: 5 }, () => '403 PIN_WRONG'),
      ...Array.from({ length: 2 }, () => '429 TOO_MANY_REQUESTS'),
    ]);
    expect(outcome(await step(person, last, 'cancel', { pin: '1111' }))).toBe('429 TOO_MANY_REQUESTS');
    expect(outcome(await step(await personWithPins('Ayanda'), last, 'cancel', { pin: '1111' }))).toBe('403 FORBIDDEN');
  });

  it('of an account count for its alerts, and no others beside them', async () => {
    const person = await personWithPins('Pia');
    const { id, answer } = await raise(person, { location: town.onHill, ...PINS });
    expect(answer.warnings).toEqual(['cancelPin: ignored, a PIN is set already']);
    expect(outcome(await step(person, id, 'cancel', { pin: PINS.cancelPin }))).toBe('403 PIN_WRONG');
    expect((await step(person, id, 'cancel', { pin: '2222' })).body.status).toBe('cancelled');
    expect((await ask(town.dispatcher, 'GET', `${ALERTS}/${id}`)).body.duress).not.toBeNull();
  });
});
