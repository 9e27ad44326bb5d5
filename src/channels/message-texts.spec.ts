import fc from 'fast-check';
import type { Alert, Duress } from '../alerts/alert.js';
import { alertText, codeText, testText, type AlertNews } from './message-texts.js';
import { septets, toGsm7 } from './sms/gsm7.js';

const alert = {
  id: '0197a2b8-3c7e-7d5a-8f10-0123456789ab',
  reference: 'NB-7K3F2',
  status: 'open',
  severity: 'critical',
  kind: 'fire',
  location: { lat: -26.204123, lng: 28.047301 },
  trail: [],
  message: 'Third floor, call +27821112222',
  contact: { name: 'Sipho', phone: '+27820000000' },
  test: false,
  verified: true,
  reporterId: null,
  acknowledgements: [],
  responses: [],
  closing: null,
  own: { location: null, message: null },
} as unknown as Alert;
const news = (more: Partial<AlertNews> = {}, changed: Partial<Alert> = {}): AlertNews => ({
  alert: { ...alert, ...changed },
  type: 'alert.raised',
  sight: 'full',
  isDrill: false,
  isLast: false,
  ...more,
});
const URL = 'https://alerts.example';

describe('the text of an alert', () => {
  it('says what, where and which one, and links to it', () => {
    const { title, body, sms, url } = alertText(news(), URL);
    expect(title).toBe('ALERT: Fire, critical (NB-7K3F2)');
    expect(body).toBe('at -26.20412, 28.0473\nThird floor, call +27821112222');
    expect(url).toBe(`${URL}/#alert-${alert.id}`);
    expect(sms).toBe(`ALERT: Fire, critical NB-7K3F2. at -26.20412, 28.0473. Third floor, call +27821112222 ${url}`);
    expect(septets(sms)).toBeLessThanOrEqual(160);
  });

  it('never names the reporter or their number', () => {
    expect(JSON.stringify(alertText(news(), URL))).not.toMatch(/Sipho|820000000/);
  });

  it('says that more are open when it is the last one for a while', () => {
    const { body, sms } = alertText(news({ isLast: true }), URL);
    expect(body.startsWith('More alerts are open: open the list.\nat -26.2')).toBe(true);
    expect(sms).toMatch(/^ALERT: Fire, critical NB-7K3F2\. More alerts are open: open the list\. at -26\.2/);
  });

  it('leaves out the words of an alert that something speaks against', () => {
    const { title, body, sms } = alertText(news({}, { verified: false }), URL);
    expect(title).toBe('UNVERIFIED ALERT: Fire, critical (NB-7K3F2)');
    expect(body).toBe('at -26.20412, 28.0473');
    expect(sms).toBe(`UNVERIFIED ALERT: Fire, critical NB-7K3F2. at -26.20412, 28.0473 ${URL}/#alert-${alert.id}`);
  });

  it('tells who is not on duty there about where, and no words', () => {
    const told = JSON.stringify(alertText(news({ sight: 'coarse' }), URL));
    expect(told).toContain('near -26.2, 28.05');
    expect(told).not.toMatch(/Third|26\.204/);
    expect(JSON.stringify(alertText(news({ sight: 'coarse' }, { location: '12 Main Road' }), URL))).not.toContain(
      'Main',
    );
  });

  it.each([
    [{ isDrill: true }, { test: true }, 'DRILL ALERT: '],
    [{ isDrill: true, type: 'alert.escalated' }, { test: true }, 'DRILL ALERT: '],
    [{}, { test: true }, 'TEST ALERT: '],
    [{}, { verified: false }, 'UNVERIFIED ALERT: '],
    [{ type: 'alert.escalated' }, {}, 'ALERT: '],
    [{ type: 'alert.duress' }, {}, 'ALERT: '],
  ] as [Partial<AlertNews>, Partial<Alert>, string][])('begins with what it is: %j %j', (more, changed, start) => {
    const { title, sms } = alertText(news(more, changed), URL);
    expect(title.startsWith(start)).toBe(true);
    expect(sms.startsWith(start)).toBe(true);
  });

  it.each([
    ['exhausted', 'Nobody took notice at any step.', 'No answer at any step.'],
    ['unacknowledged', 'Nobody has answered yet.', 'No answer yet.'],
    ['unreached', 'Nobody has answered yet.', 'No answer yet.'],
    ['unreachable', 'Nobody has answered yet.', 'No answer yet.'],
  ] as const)('says why it goes on: %s', (reason, said, texted) => {
    const { body, sms } = alertText(news({ type: 'alert.escalated', reason }), URL);
    expect(body.startsWith(`${said}\n`)).toBe(true);
    expect(sms).toContain(texted);
  });

  it.each(['alert.raised', 'alert.reopened', 'alert.repeated', 'alert.duress'] as const)(
    'says nothing of others, and nothing of duress, when it begins: %s',
    (type) => {
      const told = alertText(news({ type }, { duress: { at: 'now' } as unknown as Duress }), URL);
      expect(JSON.stringify(told)).toBe(JSON.stringify(alertText(news(), URL)));
    },
  );

  it('fits a text message whatever somebody wrote, with the whole link', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.string({ maxLength: 200 }),
        (message, location) => {
          const { sms, url } = alertText(news({}, { message, location }), URL);
          expect(septets(sms)).toBeLessThanOrEqual(160);
          expect(toGsm7(sms)).toBe(sms);
          expect(sms.endsWith(` ${url}`)).toBe(true);
          expect(sms).toContain('NB-7K3F2');
        },
      ),
    );
  });

  it('needs no address of the pages, and leaves out one that would take half of a text message', () => {
    expect(alertText(news(), undefined).sms).not.toContain('http');
    expect(alertText(news({}, { message: null, location: null }), undefined).body).toBe('Open the list of alerts.');
    expect(alertText(news(), `https://${'a'.repeat(60)}.example`).sms).not.toContain('http');
  });
});

it('a test and a code fit a text message', () => {
  expect(septets(testText(URL).sms)).toBeLessThanOrEqual(160);
  expect(septets(codeText('123456').sms)).toBeLessThanOrEqual(160);
  expect(codeText('123456').sms).toMatch(/^Naboom: Your code is 123456\./);
});
