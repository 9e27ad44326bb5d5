import {
  alertOf,
  HILL,
  ID,
  LERATO,
  logOf,
  press,
  respond,
  SIPHO,
  step,
  update,
} from '../../test/support/alert-commands.js';
import { MemoryLog } from '../../test/support/memory-log.js';
import type { Alert } from './alert.js';
import type { Outcome } from './alert-batch.js';
import { coarseView, reporterView } from './alert-views.js';
import type { LifecycleCommand } from './decide.js';
import { storedAlert } from './stored-alert.js';

describe('those who answer an alert', () => {
  it('may be several; the first to acknowledge stays the first', () => {
    const log = logOf(press(), step('acknowledge', SIPHO), step('acknowledge', LERATO), step('acknowledge', SIPHO));
    expect(alertOf(log).acknowledgements.map(({ by }) => by)).toEqual([SIPHO, LERATO]);
    expect(reporterView(alertOf(log)).acknowledgedAt).toBe(alertOf(log).acknowledgements[0]!.at);
  });

  it('are the same ones when their role has changed since', () => {
    const log = logOf(press(), step('acknowledge', SIPHO), step('acknowledge', { ...SIPHO, kind: 'dispatcher' }));
    expect(alertOf(log).acknowledgements).toHaveLength(1);
    log.run([respond(SIPHO, 'en_route'), respond({ ...SIPHO, kind: 'dispatcher' }, 'on_scene')]);
    expect(alertOf(log).responses.map(({ status }) => status)).toEqual(['on_scene']);
  });

  it('have taken notice when they come, and not when they stand down', () => {
    const down = logOf(press(), respond(SIPHO, 'stood_down'));
    expect(alertOf(down)).toMatchObject({ status: 'open', acknowledgements: [] });
    const coming = logOf(press(), respond(SIPHO, 'en_route', '2026-01-01T01:00:00.000Z'), respond(LERATO, 'en_route'));
    expect(alertOf(coming)).toMatchObject({
      status: 'acknowledged',
      acknowledgements: [{ by: SIPHO }, { by: LERATO }],
    });
    coming.run([respond(SIPHO, 'on_scene')]);
    expect(reporterView(alertOf(coming))).toMatchObject({ coming: 1, onScene: 1 });
    expect(alertOf(coming).responses[0]).toMatchObject({ by: SIPHO, status: 'on_scene' });
    expect(alertOf(coming).responses[0]).not.toHaveProperty('etaAt');
  });

  it('begin anew when it is reopened', () => {
    const log = logOf(press(), respond(SIPHO, 'on_scene'), step('resolve', SIPHO, { outcome: 'false_alarm' }));
    expect(alertOf(log).closing).toMatchObject({ by: SIPHO, outcome: 'false_alarm' });
    log.run([step('reopen', LERATO)]);
    expect(alertOf(log)).toMatchObject({ status: 'open', closing: null, acknowledgements: [], responses: [] });
    log.run([step('acknowledge', SIPHO)]);
    expect(alertOf(log)).toMatchObject({ status: 'acknowledged', acknowledgements: [{ by: SIPHO }] });
  });

  it.each<[string, LifecycleCommand, LifecycleCommand, string]>([
    [
      'the same again',
      step('resolve', SIPHO, { outcome: 'real' }),
      step('resolve', SIPHO, { outcome: 'real' }),
      'unchanged',
    ],
    [
      'another outcome',
      step('resolve', SIPHO, { outcome: 'real' }),
      step('resolve', SIPHO, { outcome: 'test' }),
      'ALERT_STATE',
    ],
    ['somebody else', step('resolve', SIPHO), step('resolve', LERATO), 'ALERT_STATE'],
    ['another end', step('cancel', LERATO), step('resolve', LERATO), 'ALERT_STATE'],
    [
      'the reporter, of a cancelled one',
      step('cancel', LERATO),
      step('cancel', { kind: 'reporter' }, { byReporter: true }),
      'unchanged',
    ],
    [
      'the reporter, of a resolved one',
      step('resolve', LERATO),
      step('cancel', { kind: 'reporter' }, { byReporter: true }),
      'ALERT_STATE',
    ],
    ['a responder who comes', step('cancel', LERATO), respond(SIPHO, 'en_route'), 'ALERT_STATE'],
  ])('are told when an alert was closed before them: %s', (_name, first, second, expected) => {
    const log = logOf(press(), first);
    const [outcome] = log.run([second]) as [Outcome];
    expect('refused' in outcome ? outcome.refused : outcome.outcome).toBe(expected);
    expect(outcome.alert).toEqual(alertOf(log));
  });

  it('are nobody in particular to responders elsewhere, and the reporter not either', () => {
    const log = logOf(
      press({
        location: { lat: -25.74321, lng: 28.18765 },
        message: 'SECRET',
        contact: { name: 'SECRET' },
        reporterId: 'SECRET',
      }),
      update({ location: 'SECRET street' }),
      update({ location: { lat: -25.74321, lng: 28.18765, accuracyM: 5 } }),
      step('acknowledge', { kind: 'responder', id: 'SECRET', name: 'SECRET' }, { note: 'SECRET' }),
      { ...respond({ kind: 'responder', id: 'SECRET' }, 'en_route'), note: 'SECRET' },
      step('resolve', { kind: 'responder', id: 'SECRET' }, { note: 'SECRET', outcome: 'real' }),
    );
    const view = coarseView(alertOf(log));
    expect(JSON.stringify(view)).not.toContain('SECRET');
    expect(view).toMatchObject({
      location: { lat: -25.74, lng: 28.19 },
      closing: { by: { kind: 'responder' }, outcome: 'real' },
    });
    expect(view.location).not.toHaveProperty('accuracyM');
  });
});

describe('alerts that an earlier version stored', () => {
  const { escalations: _escalations, ...lately } = alertOf(logOf(press()));
  const { source: _source, areas: _areas, organisations: _organisations, ...rest } = lately;
  const { reporterId: _reporterId, responses: _responses, duress: _duress, ...earlier } = rest;

  it.each([
    ['0.1', earlier],
    ['people and areas', lately],
  ])('read with what they lack, and go on: %s', (_version, stored) => {
    const alert = storedAlert(stored as Alert);
    expect(alert).toEqual(alertOf(logOf(press({}, { at: alert.openedAt }))));
    expect(reporterView(alert)).toMatchObject({ status: 'open', coming: 0 });
    const log = new MemoryLog();
    log.alerts.set(ID, earlier as Alert);
    log.head = 1;
    log.run([respond(SIPHO, 'en_route'), update({ location: { lat: 1, lng: 2 }, places: HILL })]);
    expect(alertOf(log)).toMatchObject({ ...HILL, status: 'acknowledged', responses: [{ by: SIPHO }] });
  });

  it('are the very same object where nothing lacks: its JSON is known by that', () => {
    const alert = alertOf(logOf(press()));
    expect(storedAlert(alert)).toBe(alert);
  });
});
