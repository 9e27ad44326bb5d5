import type { Answer, Json } from '../support/alerts-client.js';
import { bearing, staffedTown, type StaffedTown } from '../support/staffed-town.js';
import { operator, outcome, useDirectory, type Who } from '../support/use-directory.js';

const directory = useDirectory();
const ALERTS = '/emergency/alerts';

let town: StaffedTown;
beforeAll(async () => {
  town = await staffedTown(directory(), 28);
});

const ask = (who: Who, method: string, path: string, body?: unknown) => directory().ask(who, method, path, body);
const step = (who: Who, id: string, name: string, body?: unknown) => ask(who, 'POST', `${ALERTS}/${id}/${name}`, body);

async function raise(body: Json, who?: Who): Promise<{ id: string; receipt: Who; answer: Json }> {
  const { body: answer } = await ask(who, 'POST', ALERTS, body);
  return { id: answer.id, receipt: bearing(answer.receiptToken), answer };
}
/** Somebody on the hill, with a number of their own. */
let callers = 0;
const fresh = () => ({
  message: 'help',
  location: town.onHill,
  contact: { phone: `+2782555${(callers += 1) + 1000}` },
});

/** How much an answer tells of an alert. */
function sight({ status, body }: Answer): string {
  if (status !== 200) return String(status);
  if (!('contact' in body)) return 'own';
  return body.contact === null ? 'coarse' : 'full';
}

describe('an alert', () => {
  it.each<[string, string, Record<string, number>]>([
    //                 sight     acknowledge respond resolve reopen cancel PATCH
    ['nobody', '401', { acknowledge: 401, respond: 401, resolve: 401, reopen: 401, cancel: 401, patch: 401 }],
    ['receipt', 'own', { acknowledge: 403, respond: 403, resolve: 403, reopen: 403, cancel: 200, patch: 200 }],
    ['member', '403', { acknowledge: 403, respond: 403, resolve: 403, reopen: 403, cancel: 403, patch: 403 }],
    ['responder', 'full', { acknowledge: 200, respond: 200, resolve: 200, reopen: 403, cancel: 403, patch: 403 }],
    ['offDuty', 'coarse', { acknowledge: 200, respond: 200, resolve: 200, reopen: 403, cancel: 403, patch: 403 }],
    ['dispatcher', 'full', { acknowledge: 200, respond: 200, resolve: 200, reopen: 200, cancel: 200, patch: 200 }],
    ['stranger', '403', { acknowledge: 403, respond: 403, resolve: 403, reopen: 403, cancel: 403, patch: 403 }],
    ['reader', 'full', { acknowledge: 403, respond: 403, resolve: 403, reopen: 403, cancel: 403, patch: 403 }],
    ['answerer', '403', { acknowledge: 200, respond: 200, resolve: 200, reopen: 403, cancel: 403, patch: 403 }],
    ['operator', 'full', { acknowledge: 200, respond: 200, resolve: 200, reopen: 200, cancel: 200, patch: 200 }],
  ])('of the town is to %s: %s, and may be answered: %j', async (name, seen, statuses) => {
    const { planted } = directory();
    const { id, receipt } = await raise(fresh());
    const known: Record<string, Who> = {
      nobody: undefined,
      receipt,
      operator,
      member: town.member,
      responder: town.responder,
      offDuty: town.offDuty,
      dispatcher: town.dispatcher,
      stranger: town.stranger,
      reader: bearing(await planted.apiKey(town.town, ['alerts:read'])),
      answerer: bearing(await planted.apiKey(town.town, ['alerts:answer'])),
    };
    const who = known[name];
    expect(sight(await ask(who, 'GET', `${ALERTS}/${id}`))).toBe(seen);
    expect((await ask(who, 'GET', `${ALERTS}/${id}/events`)).status).toBe(/\d/.test(seen) ? Number(seen) : 200);
    const given: Record<string, number> = {
      patch: (await ask(who, 'PATCH', `${ALERTS}/${id}`, { message: 'more' })).status,
      acknowledge: (await step(who, id, 'acknowledge')).status,
      respond: (await step(who, id, 'respond', { status: 'en_route' })).status,
      resolve: (await step(who, id, 'resolve')).status,
      reopen: (await step(who, id, 'reopen')).status,
    };
    await step(operator, id, 'reopen');
    given['cancel'] = (await step(who, id, 'cancel')).status;
    expect(given).toEqual(statuses);
  });

  it('is listed by whom it concerns, each as they see it', async () => {
    const [hill, river] = [await raise(fresh()), await raise({ ...fresh(), location: town.atRiver })];
    const own = await raise({ location: town.atRiver }, town.member);
    const list = async (who: Who, query = '') => {
      const answer = await ask(who, 'GET', `${ALERTS}?limit=200${query}`);
      if (answer.status !== 200) return outcome(answer);
      const ours = answer.body.items.filter(({ id }: Json) => [hill.id, river.id, own.id].includes(id));
      return ours.map((body: Json) => [body.id, sight({ ...answer, body })]);
    };
    expect(await list(undefined)).toBe('401 UNAUTHENTICATED');
    expect(await list(hill.receipt)).toBe('403 FORBIDDEN');
    expect(await list(operator)).toEqual([
      [own.id, 'coarse'], // without a contact there is none to be seen
      [river.id, 'full'],
      [hill.id, 'full'],
    ]);
    expect(await list(town.dispatcher)).toEqual([[hill.id, 'full']]);
    expect(await list(town.responder)).toEqual([[hill.id, 'full']]);
    expect(await list(town.offDuty)).toEqual([[hill.id, 'coarse']]);
    expect(await list(town.member)).toEqual([[own.id, 'own']]);
    expect(await list(town.stranger, `&area=${town.river}`)).toHaveLength(2);
    expect(await list(town.stranger, `&area=${town.hill}`)).toEqual([]);
    expect(await list(operator, `&organisation=${town.town}&status=open`)).toEqual([[hill.id, 'full']]);
    expect(await list(town.member, `&organisation=${town.county}`)).toEqual([]);
    expect(await list(town.member, '&status=resolved')).toEqual([]);
  });

  it('goes to another organisation with a late location, and out of the sight of the first', async () => {
    const { id, receipt } = await raise(fresh());
    expect(sight(await ask(town.stranger, 'GET', `${ALERTS}/${id}`))).toBe('403');
    const moved = await ask(receipt, 'PATCH', `${ALERTS}/${id}`, { location: town.atRiver, nonsense: 1 });
    expect(moved).toMatchObject({ status: 200, body: { id, location: town.atRiver, warnings: [] } });
    expect(sight(await ask(town.stranger, 'GET', `${ALERTS}/${id}`))).toBe('full');
    expect(sight(await ask(town.dispatcher, 'GET', `${ALERTS}/${id}`))).toBe('403');
    const back = await ask(town.stranger, 'PATCH', `${ALERTS}/${id}`, { location: town.onHill });
    expect(back).toMatchObject({ status: 200, body: { id, status: 'open' } });
    expect(back.body).not.toHaveProperty('contact');
  });
});

describe('those who answer an alert', () => {
  it('are told who was first, as far as they may know', async () => {
    const { id, receipt } = await raise(fresh());
    await step(town.dispatcher, id, 'resolve', { outcome: 'false_alarm', reason: 'a cat' });
    const late = await step(town.responder, id, 'resolve', { outcome: 'real' });
    expect(outcome(late)).toBe('409 ALERT_STATE');
    expect(late.body.detail).toMatch(/^The alert is resolved since \S+Z by dispatcher Dora$/);
    const coarse = await step(town.offDuty, id, 'respond', { status: 'en_route' });
    expect(coarse.body.detail).toMatch(/^The alert is resolved since \S+Z$/);
    const reporter = await step(receipt, id, 'cancel');
    expect([outcome(reporter), reporter.body.detail]).toEqual(['409 ALERT_STATE', coarse.body.detail]);
  });

  it('say what they do and when they come; the reporter counts them, and hears no names', async () => {
    const { id, receipt } = await raise(fresh());
    const { body } = await step(town.responder, id, 'respond', { status: 'en_route', etaMinutes: 10, note: 'by car' });
    expect(body.responses).toEqual([
      {
        by: { kind: 'responder', id: town.responder.id, name: 'Rex' },
        at: expect.any(String),
        status: 'en_route',
        etaAt: new Date(Date.parse(body.responses[0].at) + 600_000).toISOString(),
        note: 'by car',
      },
    ]);
    await step(town.dispatcher, id, 'respond', { status: 'on_scene', etaAt: '2026-01-01T02:00:00+02:00' });
    const own = (await ask(receipt, 'GET', `${ALERTS}/${id}`)).body;
    expect(own).toMatchObject({ status: 'acknowledged', coming: 1, onScene: 1 });
    const events = (await ask(receipt, 'GET', `${ALERTS}/${id}/events`)).body;
    expect(JSON.stringify([own, events])).not.toMatch(/Rex|Dora|by car/);
    expect(outcome(await step(town.responder, id, 'respond', { status: 'asleep' }))).toBe('400 REQUEST_INVALID');
    const twice = await step(town.dispatcher, id, 'resolve', { duplicateOf: id });
    expect(twice.body.errors).toEqual([{ path: 'duplicateOf', message: 'goes with the outcome duplicate' }]);
  });
});

describe('who raises an alert', () => {
  it('is its reporter with an account, and somebody else where staff give another number', async () => {
    const own = await raise({ location: town.onHill }, town.responder);
    expect((await ask(operator, 'GET', `${ALERTS}/${own.id}`)).body).toMatchObject({ reporterId: town.responder.id });
    const other = await raise({ location: town.onHill, contact: { phone: '0825552000' } }, town.responder);
    const seen = await ask(town.responder, 'GET', `${ALERTS}/${other.id}`);
    expect(seen.body).toMatchObject({ reporterId: null, contact: { phone: '+27825552000' } });
  });

  it('folds their own presses on every device, by account, and nobody else by claiming their number', async () => {
    const { planted } = directory();
    const person = await planted.person('Zola');
    await planted.sql('update users set phone = $2 where id = $1', [person.id, '+27825553000']);
    const bait = await raise({ contact: { phone: '0825553000' } });
    const first = await raise({ message: 'mine' }, person);
    expect(first.id).not.toBe(bait.id);
    const again = await ask(person, 'POST', ALERTS, { location: 'gate 4' });
    expect(again).toMatchObject({ status: 200, body: { id: first.id, repeatCount: 1, message: 'mine' } });
    const claimed = await ask(undefined, 'POST', ALERTS, { contact: { phone: '0825553000' }, message: 'x' });
    expect(claimed).toMatchObject({ status: 200, body: { id: first.id, message: 'x', location: null } });
  });

  it('may be a machine: of its organisation, and trusted with the scope for it alone', async () => {
    const raising = bearing(await directory().planted.apiKey(town.town, ['alerts:raise']));
    const reading = bearing(await directory().planted.apiKey(town.town, ['alerts:read']));
    const raised = await raise({ location: town.atRiver }, raising);
    const doubted = await raise({}, reading);
    expect(doubted.answer.warnings).toEqual([expect.stringContaining('unverified')]);
    const [one, other] = [
      await ask(reading, 'GET', `${ALERTS}/${raised.id}`),
      await ask(reading, 'GET', `${ALERTS}/${doubted.id}`),
    ];
    expect(one.body).toMatchObject({ verified: true, source: 'partner' });
    expect(one.body.organisations.toSorted()).toEqual([town.town, town.county].toSorted());
    expect(other.body).toMatchObject({ verified: false, organisations: [town.town] });
  });

  it('cannot pass for a gateway that knows whose number it is', async () => {
    const { answer, id } = await raise({ source: 'sms' });
    expect(answer.warnings).toEqual(['source: ignored, only the gateways for SMS and USSD say that']);
    expect((await ask(operator, 'GET', `${ALERTS}/${id}`)).body.source).toBe('web');
    const { id: device } = await raise({ source: 'device' });
    expect((await ask(operator, 'GET', `${ALERTS}/${device}`)).body.source).toBe('device');
  });
});
