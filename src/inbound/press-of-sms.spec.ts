import fc from 'fast-check';
import { readPress } from '../alerts/read-press.js';
import { pressOfSms } from './press-of-sms.js';

const press = (text: string, from: string | undefined = '0821234567') => pressOfSms({ from, text, id: 'm' }, '27');

describe('pressOfSms', () => {
  it('is a press by SMS with the number of the sender, and the place in its words', () => {
    const { body, doubt } = press('help -25.7461,28.1881');
    expect(doubt).toBeUndefined();
    expect(readPress(body, '27')).toEqual({
      press: {
        source: 'sms',
        message: 'help -25.7461,28.1881',
        location: { lat: -25.7461, lng: 28.1881 },
        contact: { phone: '+27821234567' },
        test: false,
      },
      warnings: [],
    });
  });

  it.each(['TEST', 'test.', ' Toets! '])('takes %p for a drill', (text) => {
    expect(press(text).body['test']).toBe(true);
  });

  it.each(['test results: he is dying', 'this is no test', 'protest', ''])('takes %p for no drill', (text) => {
    expect(press(text).body['test']).toBe(false);
  });

  it.each(['STOP', 'cancel', 'Unsubscribe.', ' Kanselleer '])('takes %p, and doubts it', (text) => {
    expect(press(text)).toMatchObject({ body: { message: text }, doubt: expect.stringContaining('stays open') });
  });

  it.each(['stop him', 'they will not stop'])('does not doubt %p', (text) => {
    expect(press(text).doubt).toBeUndefined();
  });

  it.each(['Vodacom', '40404', '', undefined])('doubts a sender that is no phone: %p', (from) => {
    const { body, doubt } = pressOfSms({ from, text: 'help', id: 'm' }, '27');
    expect(doubt).toContain('unverified');
    expect(readPress(body, '27').press.contact).toEqual(from ? { name: from } : undefined);
  });

  it('never refuses a text', () => {
    const anyText = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary', maxLength: 3000 }));
    fc.assert(
      fc.property(anyText, fc.option(anyText, { nil: undefined }), (text, from) => {
        const { press: read } = readPress(pressOfSms({ from, text, id: undefined }, '27').body, '27');
        expect(read.source).toBe('sms');
        // All that is left out is what Postgres cannot store, blanks around, and what is too long.
        const stored = text.trim().slice(0, 1000).replaceAll('\0', '').toWellFormed().trim();
        expect(read.message ?? '').toBe(stored);
      }),
    );
  });
});
