import fc from 'fast-check';
import { toE164 } from './phone.js';
import { readPress } from './read-press.js';

const read = (body: unknown) => readPress(body, '27');

describe('readPress', () => {
  it('reads a whole body', () => {
    const body = {
      severity: 'critical',
      kind: 'fire',
      location: { lat: -25.7, lng: '28.2', accuracyM: 12, recordedAt: '2026-01-01T02:00:00+02:00' },
      message: ' smoke ',
      contact: { name: 'Gate', phone: '082 123-4567' },
      test: true,
      source: 'APP',
    };
    expect(read(body)).toEqual({
      press: {
        severity: 'critical',
        kind: 'fire',
        location: { lat: -25.7, lng: 28.2, accuracyM: 12, recordedAt: '2026-01-01T00:00:00.000Z' },
        message: 'smoke',
        contact: { name: 'Gate', phone: '+27821234567' },
        test: true,
        source: 'app',
      },
      warnings: [],
    });
  });

  it.each([undefined, null, '', {}, [], 'help', 42, { severity: null, location: '', contact: {} }])(
    'takes %p as a press',
    (body) => {
      expect(read(body).press).toEqual({ test: false });
    },
  );

  it('drops what it cannot read, names it, and keeps the rest', () => {
    const body = {
      severity: 'urgent',
      kind: 7,
      location: { lat: 91, lng: 28 },
      message: ['x'],
      contact: { phone: 'none', name: 'Gate' },
      test: 'perhaps',
      source: 'pigeon',
    };
    const { press, warnings } = read(body);
    expect(press).toEqual({ contact: { name: 'Gate' }, test: false });
    expect(warnings.map((warning) => warning.split(':')[0])).toEqual([
      'severity',
      'kind',
      'location',
      'message',
      'contact.phone',
      'test',
      'source',
    ]);
  });

  it.each([
    { lat: '', lng: '' },
    { lat: null, lng: null },
  ])('makes no place in the sea of %p', (location) => {
    expect(read({ location })).toEqual({ press: { test: false }, warnings: [] });
  });

  it.each([
    { location: { lat: 1 } },
    { location: { lat: true, lng: false } },
    { location: { lat: 'x', lng: 1 } },
    { location: { lat: ' ', lng: '\t' } },
    { location: { lat: [], lng: [] } },
    { location: { lat: [1], lng: { valueOf: 2 } } },
    { contact: ['082 123 4567'] },
  ])('drops %p and says so', (body) => {
    const { press, warnings } = read(body);
    expect(press).toEqual({ test: false });
    expect(warnings).toHaveLength(1);
  });

  it('reads a decimal comma', () => {
    expect(read({ location: { lat: '-25,74', lng: '28,19' } }).press.location).toEqual({ lat: -25.74, lng: 28.19 });
  });

  it('keeps the place when only its accuracy or time cannot be read', () => {
    const { press, warnings } = read({ location: { lat: 1, lng: 2, accuracyM: -5, recordedAt: 'now' } });
    expect(press.location).toEqual({ lat: 1, lng: 2 });
    expect(warnings).toHaveLength(2);
  });

  it('cuts a message that is too long, and takes out what Postgres cannot store', () => {
    expect(read({ message: 'a'.repeat(1001) })).toMatchObject({ press: { message: 'a'.repeat(1000) } });
    expect(read({ message: `he\0lp ${'\ud83d'}` }).press.message).toBe('help \ufffd');
  });

  it('cuts a description of the place that is too long', () => {
    const { press, warnings } = read({ location: `behind the clinic ${'x'.repeat(600)}` });
    expect(press.location).toMatch(/^behind the clinic x{482}$/);
    expect(warnings).toEqual(['location: cut to 500 characters']);
  });

  it('reads anything at all without throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (body) => {
        expect(read(body).press.test).toBeDefined();
        expect(read({ location: body, contact: body, message: body, severity: body }).press).toBeDefined();
      }),
    );
  });
});

describe('toE164', () => {
  it.each([
    ['082 123 4567', '+27821234567'],
    ['+27 (82) 123-4567', '+27821234567'],
    ['0027821234567', '+27821234567'],
    ['27821234567', '+27821234567'],
  ])('reads %s', (text, expected) => {
    expect(toE164(text, '27')).toBe(expected);
  });

  it.each(['', 'none', '123', '+0123456789', '1'.repeat(16)])('refuses %p', (text) => {
    expect(toE164(text, '27')).toBeUndefined();
  });

  it('keeps PINs apart from the press, which is what the fingerprint of a retry is made of', () => {
    expect(read({ message: 'x', cancelPin: '0123', duressPin: 4567 })).toEqual({
      press: { message: 'x', test: false },
      pins: { cancelPin: '0123', duressPin: '4567' },
      warnings: [],
    });
  });

  it.each([
    [{ cancelPin: '123' }, 'cancelPin: ignored, it must have 4 to 8 digits'],
    [{ cancelPin: '12a4' }, 'cancelPin: ignored, it must have 4 to 8 digits'],
    [{ cancelPin: ['1234'] }, expect.stringContaining('cancelPin: ignored')],
    [{ duressPin: '1234' }, 'duressPin: ignored, it goes with a cancelPin'],
  ])('takes no PINs of %j, names that, and never repeats them', (body, warning) => {
    expect(read(body)).toEqual({ press: { test: false }, warnings: [warning] });
  });
});
