import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { isSignedByTwilio, type SignedRequest } from './twilio-signature.js';

/** The example of Twilio's own documentation and libraries. */
const EXAMPLE: SignedRequest = {
  host: 'mycompany.com',
  path: '/myapp.php?foo=1&bar=2',
  form: new URLSearchParams({
    To: '+18005551212',
    Digits: '1234',
    From: '+14158675309',
    Caller: '+14158675309',
    CallSid: 'CA1234567890ABCDE',
  }),
  signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
};
const TOKEN = '12345';

const sign = (text: string) => createHmac('sha1', TOKEN).update(text).digest('base64');

describe('isSignedByTwilio', () => {
  it("takes the example of Twilio's documentation", () => {
    expect(isSignedByTwilio(TOKEN, EXAMPLE)).toBe(true);
  });

  it.each<[string, string, Partial<SignedRequest>]>([
    ['another token', '12346', {}],
    ['no signature', TOKEN, { signature: undefined }],
    ['an empty signature', TOKEN, { signature: '' }],
    ['half a signature', TOKEN, { signature: 'RSOYDt4T1cUT' }],
    ['another signature', TOKEN, { signature: sign('x') }],
    ['another host', TOKEN, { host: 'elsewhere.com' }],
    ['another path', TOKEN, { path: '/myapp.php?foo=1&bar=3' }],
    ['no form', TOKEN, { form: new URLSearchParams() }],
    ['another field', TOKEN, { form: new URLSearchParams([...EXAMPLE.form, ['Body', 'x']]) }],
  ])('refuses %s', (_what, token, change) => {
    expect(isSignedByTwilio(token, { ...EXAMPLE, ...change })).toBe(false);
  });

  it.each(['https://h.example/p', 'http://h.example/p', 'https://h.example:443/p', 'http://h.example:80/p'])(
    'finds what a proxy does not tell: it was called as %s',
    (url) => {
      const request = { host: 'h.example', path: '/p', form: new URLSearchParams({ Body: 'x' }) };
      expect(isSignedByTwilio(TOKEN, { ...request, signature: sign(`${url}Bodyx`) })).toBe(true);
    },
  );

  it('reads the address with a port of its own', () => {
    const request = { host: 'h.example:8443', path: '/p', form: new URLSearchParams() };
    expect(isSignedByTwilio(TOKEN, { ...request, signature: sign('https://h.example:8443/p') })).toBe(true);
    expect(isSignedByTwilio(TOKEN, { ...request, signature: sign('https://h.example/p') })).toBe(true);
  });

  it('sorts names as bytes, and takes each value of a name once', () => {
    const form = new URLSearchParams('b=2&a=z&B=1&a=y&a=z');
    const signature = sign('https://h/pB1ayazb2');
    expect(isSignedByTwilio(TOKEN, { host: 'h', path: '/p', form, signature })).toBe(true);
  });

  it('agrees with the formula for any fields', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (fields) => {
        const form = new URLSearchParams(fields);
        // URLSearchParams replaces what is no text; the formula is about what arrives.
        const text = Object.keys(Object.fromEntries(form))
          .sort()
          .map((name) => `${name}${form.get(name)}`)
          .join('');
        const signature = sign(`https://h/p${text}`);
        expect(isSignedByTwilio(TOKEN, { host: 'h', path: '/p', form, signature })).toBe(true);
      }),
    );
  });
});
