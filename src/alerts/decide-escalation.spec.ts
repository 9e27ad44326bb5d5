import type { Alert, AlertStatus, Escalated } from './alert.js';
import { decideEscalation } from './decide-escalation.js';

const alert = (changed: object = {}) =>
  ({
    id: 'a',
    status: 'open',
    areas: ['hill'],
    organisations: ['town'],
    escalations: [{ organisationId: 'town', level: 1, exhausted: false }],
    ...changed,
  }) as unknown as Alert;
const decide = (of: Alert | undefined, from = 1, changed: Partial<Escalated> = {}) => {
  const details: Escalated = {
    organisationId: 'town',
    level: 2,
    reason: 'unreached',
    skipped: [],
    userIds: [],
    ...changed,
  };
  const at = '2026-01-01T00:00:00.000Z';
  return decideEscalation(of, { type: 'escalate', alertId: 'a', at, actor: { kind: 'system' }, from, details });
};

describe('an escalation comes into the log', () => {
  it('from the level where it stands; 0 where it has not begun', () => {
    expect(decide(alert())).toMatchObject({ outcome: 'changed', event: { type: 'alert.escalated' } });
    expect(decide(alert({ escalations: [] }), 0)).toMatchObject({ outcome: 'changed' });
  });

  it('with the operators alone for an alert that belongs nowhere', () => {
    const nowhere = alert({ organisations: [], escalations: [] });
    expect(decide(nowhere, 0, { organisationId: null })).toMatchObject({ outcome: 'changed' });
    expect(decide(alert({ escalations: [] }), 0, { organisationId: null })).toMatchObject({ outcome: 'unchanged' });
  });

  it('with the places of the alert as it is now, and whoever is called in', () => {
    const moved = alert({ areas: ['river'], organisations: ['town', 'village'] });
    const places = { areas: ['hill'], organisations: ['last', 'town'] };
    expect(decide(moved, 1, { places })).toMatchObject({
      event: { details: { places: { areas: ['river'], organisations: ['last', 'town', 'village'] } } },
    });
  });
});

describe('an escalation changes nothing', () => {
  it.each<AlertStatus>(['acknowledged', 'resolved', 'cancelled'])('when the alert is %s', (status) => {
    expect(decide(alert({ status }))).toMatchObject({ outcome: 'unchanged' });
  });

  it.each<[string, Alert, number, Partial<Escalated>]>([
    ['it stands at another level', alert(), 0, {}],
    ['it would not rise', alert(), 1, { level: 1 }],
    [
      'the organisation has done all it can',
      alert({ escalations: [{ organisationId: 'town', level: 1, exhausted: true }] }),
      1,
      {},
    ],
    ['the alert has moved elsewhere', alert({ organisations: ['village'] }), 1, {}],
  ])('when %s', (_why, of, from, changed) => {
    expect(decide(of, from, changed)).toMatchObject({ outcome: 'unchanged' });
  });
});

it('an alert that there is not is refused', () => {
  expect(decide(undefined)).toEqual({ refused: 'ALERT_NOT_FOUND' });
});
