import fc from 'fast-check';
import {
  alertOf,
  HILL,
  ID,
  last,
  LERATO,
  logOf,
  PHONE,
  press,
  RIVER,
  SECOND,
  step,
  update,
} from '../../test/support/alert-commands.js';
import type { Places, Press } from './alert.js';
import type { UpdateCommand } from './decide.js';

describe('late facts', () => {
  it('move an alert to where it is, and say what it left', () => {
    const log = logOf(
      press({ location: 'gate 4', places: HILL }),
      update({ location: { lat: 1, lng: 2 }, places: RIVER }),
    );
    expect(alertOf(log)).toMatchObject({ ...RIVER, location: { lat: 1, lng: 2 }, trail: ['gate 4'] });
    expect(last(log).details).toMatchObject({ places: RIVER, left: { areas: ['hill'], organisations: ['town'] } });
  });

  it.each<[string, UpdateCommand['facts']]>([
    ['words', { location: 'at the river', places: RIVER }],
    ['a place that nobody answers', { location: { lat: 1, lng: 2 }, places: { areas: [], organisations: [] } }],
    ['the same place', { location: { lat: 1, lng: 2 }, places: { areas: ['ridge', 'hill'], organisations: ['town'] } }],
  ])('leave it where it is for %s', (_name, facts) => {
    const log = logOf(press({ places: HILL }), update(facts));
    expect(alertOf(log)).toMatchObject({ ...HILL, location: facts.location });
    expect(last(log).details).not.toHaveProperty('left');
  });

  it('of somebody who only knows the number call others in and send nobody away', () => {
    const log = logOf(press({ places: HILL }, { reporter: PHONE }));
    log.run([press({ location: { lat: 1, lng: 2 }, places: RIVER }, { reporter: PHONE, newId: SECOND })]);
    const both = { areas: ['hill', 'ridge', 'river'], organisations: ['town', 'county'] };
    expect(alertOf(log)).toMatchObject({ ...both, own: { location: null } });
    expect(last(log).details).toMatchObject({ places: both, left: { areas: [], organisations: [] } });
  });

  it('never leave an alert in a place that it left, or out of one that it entered', () => {
    const point = fc.constantFrom(HILL, RIVER, { areas: [], organisations: ['town'] }).map((places) => ({ places }));
    fc.assert(
      fc.property(fc.array(fc.tuple(point, fc.boolean()), { maxLength: 8 }), (moves) => {
        const log = logOf(press({ places: HILL }));
        const at = new Set([...HILL.areas, ...HILL.organisations]);
        moves.forEach(([{ places }, proven], index) => {
          const told = { location: { lat: index + 1, lng: 0 }, places };
          log.run([proven ? update(told) : press(told, { weakReceiptOf: ID })]);
          const { details } = last(log);
          const { left, places: entered } = details as { left?: Places; places?: Places };
          for (const id of [...(left?.areas ?? []), ...(left?.organisations ?? [])]) at.delete(id);
          for (const id of [...(entered?.areas ?? []), ...(entered?.organisations ?? [])]) at.add(id);
          const { areas, organisations } = alertOf(log);
          expect([...at].toSorted()).toEqual([...areas, ...organisations].toSorted());
        });
      }),
    );
  });

  it('are taken whatever the state of the alert, once each, and never overwrite what others told', () => {
    const log = logOf(press({ message: 'help' }), step('resolve', LERATO));
    const facts = { message: 'two men\nat the gate', contact: { name: 'Thandi' }, location: 'gate 4' };
    expect(log.run([update(facts), update(facts)])).toMatchObject([{ outcome: 'changed' }, { outcome: 'unchanged' }]);
    expect(alertOf(log)).toMatchObject({
      status: 'resolved',
      message: 'help\ntwo men\nat the gate',
      location: 'gate 4',
    });
    log.run([update({ contact: { name: 'Nobody', phone: '+27820000009' } }, false)]);
    expect(alertOf(log).contact).toEqual({ name: 'Thandi', phone: '+27820000009' });
    log.run([update({ contact: { phone: '+27820000001' } })]);
    expect(alertOf(log).contact).toEqual({ name: 'Thandi', phone: '+27820000001' });
  });

  it('let a reporter come back to where they were', () => {
    const log = logOf(press({ location: 'home' }), update({ location: 'road' }), update({ location: 'home' }));
    expect(alertOf(log)).toMatchObject({ location: 'home', trail: ['home', 'road'], own: { location: 'home' } });
  });
});

describe('a press with an account', () => {
  const mine = (more: Partial<Press> = {}) =>
    press({ reporterId: 'thandi', ...more }, { reporter: PHONE, newId: SECOND });

  it('proves to be of the reporter of an alert of that account', () => {
    const log = logOf(press({ reporterId: 'thandi', location: 'home' }, { reporter: PHONE }));
    expect(log.run([mine({ location: 'road' })])).toMatchObject([{ outcome: 'folded', proven: true }]);
    expect(alertOf(log).own.location).toBe('road');
  });

  it.each<[string, Partial<Press>]>([
    ['opened with its number by nobody in particular', {}],
    ['of another account that claims the same number', { reporterId: 'mallory' }],
  ])('is not drawn into an alert %s', (_name, of) => {
    const log = logOf(press(of, { reporter: PHONE }));
    expect(log.run([mine()])).toMatchObject([{ outcome: 'raised', alertId: SECOND }]);
  });

  it('joins what came by SMS from its number, and reads nothing of it', () => {
    const log = logOf(press({ source: 'sms', message: 'help' }, { reporter: PHONE }));
    expect(log.run([mine({ message: 'at home' })])).toMatchObject([{ outcome: 'folded', proven: false }]);
    expect(alertOf(log).own.message).toBe('help');
  });

  it('is joined by an SMS from its number', () => {
    const log = logOf(mine());
    const sms = press({ source: 'sms', message: 'help' }, { reporter: PHONE });
    expect(log.run([sms])).toMatchObject([{ outcome: 'folded', alertId: SECOND, proven: false }]);
  });
});
