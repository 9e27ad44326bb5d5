import fc from 'fast-check';
import { cutTo, septets, toGsm7 } from './gsm7.js';

describe('text of GSM-7', () => {
  it('keeps what it has, takes marks off what it has without them, and leaves the rest out', () => {
    expect(toGsm7('é à ñ Ø £5 {a}€')).toBe('é à ñ Ø £5 {a}€');
    expect(toGsm7('Čára ŵ ê ﬁre “now” – it’s…')).toBe('Cara w e fire "now" - it\'s...');
    expect(toGsm7('fire 🔥 እሳት')).toBe('fire  ');
  });

  it('counts what takes two septets twice', () => {
    expect(septets('a{b}')).toBe(6);
  });

  it('is cut to the room that there is, and never within a character', () => {
    expect(cutTo('abcdef', 6)).toBe('abcdef');
    expect(cutTo('abcdefg', 6)).toBe('abcd..');
    expect(cutTo('abc{{{', 6)).toBe('abc..'); // half a brace would fit
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(200), (text, room) => {
        const plain = toGsm7(text);
        const cut = cutTo(plain, room);
        expect(septets(cut)).toBeLessThanOrEqual(room);
        expect(toGsm7(cut)).toBe(cut);
        expect(plain.startsWith(cut.replace(/\.\.$/, ''))).toBe(true);
      }),
    );
  });
});
