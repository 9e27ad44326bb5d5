import type { Caller } from '../auth/caller.js';
import { TestClock } from '../../test/support/test-clock.js';
import { Lanes, type Lane } from './lanes.js';

const NOBODY: Caller = { kind: 'anonymous', rejected: false };
const REPORTER: Caller = { kind: 'reporter', alertId: 'a', proven: true };
const RAISED = { outcome: 'raised', proven: true } as const;
const FOLDED = { outcome: 'folded', proven: true } as const;

function lanesOf(perAddress: number, total: number) {
  const clock = new TestClock();
  const lanes = new Lanes({ perAddress, total }, clock);
  const press = (address: string, { caller = NOBODY, became = RAISED as Became | 'lost' } = {}) =>
    settle(lanes.enter(caller, address), became === 'lost' ? undefined : became);
  return { lanes, clock, press };
}

type Became = NonNullable<Parameters<Lane['settle']>[0]>;

/** True when the press was told as usual. */
function settle(lane: Lane, became: Became | undefined): boolean {
  lane.settle(became);
  return !lane.flooded;
}

const count = (times: number, press: (index: number) => boolean) =>
  Array.from({ length: times }, (_, index) => press(index)).filter(Boolean).length;

describe('Lanes', () => {
  it('keep as many presses of an address verified as its budget, and as many again over a minute', () => {
    const { clock, press } = lanesOf(60, 1200);
    expect(count(100, () => press('196.25.1.1'))).toBe(60);
    clock.advance(10_000);
    expect(count(100, () => press('196.25.1.1'))).toBe(10);
    clock.advance(600_000);
    expect(count(100, () => press('196.25.1.1'))).toBe(60);
  });

  it('let no address use up what belongs to the others', () => {
    const { press } = lanesOf(60, 120);
    expect(count(10_000, () => press('196.25.1.1'))).toBe(60);
    expect(count(60, () => press('196.25.1.2'))).toBe(60);
  });

  it('have a budget for all addresses together', () => {
    const { clock, press } = lanesOf(60, 120);
    expect(count(1000, (index) => press(`10.0.${index >> 8}.${index & 255}`))).toBe(120);
    expect(press('196.25.1.1')).toBe(false);
    clock.advance(60_000);
    expect(count(1000, (index) => press(`10.0.${index >> 8}.${index & 255}`))).toBe(120);
  });

  it('count an IPv6 subscriber once, whatever addresses it makes up', () => {
    const { press } = lanesOf(5, 1200);
    expect(count(100, (index) => press(`2001:db8:1:2::${index.toString(16)}`))).toBe(5);
    expect(press('2001:db8:1:3::1')).toBe(true);
  });

  it.each<[string, Caller]>([
    ['operators', { kind: 'operator' }],
    [
      'people',
      { kind: 'person', person: { id: 'p', name: 'P', memberships: [], duties: [], homeAreas: [] }, sessionId: 's' },
    ],
    ['machines', { kind: 'machine', id: 'm', name: 'M', organisationId: 'o', scopes: [] }],
  ])('do not count %s who are signed in', (_who, caller) => {
    const { lanes, press } = lanesOf(1, 1);
    expect(count(100, () => press('196.25.1.1', { caller }))).toBe(100);
    expect(press('196.25.1.1')).toBe(true);
    expect(lanes.enter(NOBODY, undefined).flooded).toBe(false);
  });

  it('do not count a retry, one more press with proof, and what could not be stored', () => {
    const { lanes, press } = lanesOf(1, 1);
    expect(count(100, () => press('196.25.1.1', { caller: REPORTER, became: FOLDED }))).toBe(100);
    expect(count(100, () => press('196.25.1.1', { became: { outcome: 'replayed', proven: true } }))).toBe(100);
    expect(count(100, () => press('196.25.1.1', { became: 'lost' }))).toBe(100);
    expect(lanes.size).toBe(0);
    expect(count(2, () => press('196.25.1.1'))).toBe(1);
  });

  it.each([
    ['a new alert, also with a receipt', RAISED],
    ['a press that is known by a phone number alone', { outcome: 'folded', proven: false } as const],
    ['a press that brings a flooded alert back among the verified ones', { ...FOLDED, promoted: true } as const],
  ])('count %s', (_what, became) => {
    const { press } = lanesOf(3, 100);
    expect(count(100, () => press('196.25.1.1', { caller: REPORTER, became }))).toBe(3);
  });

  it('remember few of a million addresses, and forget them', () => {
    const { lanes, clock, press } = lanesOf(60, 1200);
    const addressOf = (index: number) => `${index >> 24}.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
    const verified = count(1_000_000, (index) => {
      if (index % 10_000 === 0) clock.advance(600); // over a minute
      return press(addressOf(index));
    });
    expect(verified).toBeGreaterThan(2300);
    expect(verified).toBeLessThanOrEqual(2400);
    expect(lanes.size).toBeLessThanOrEqual(2400);
    clock.advance(60_000);
    press('196.25.1.1');
    expect(lanes.size).toBe(1);
  });

  it('may be closed to everybody unknown', () => {
    expect(lanesOf(0, 1200).press('196.25.1.1')).toBe(false);
    expect(lanesOf(60, 0).press('196.25.1.1')).toBe(false);
  });
});
