import { toldReason } from './refusals.js';

it.each([
  ['webhook', 'HTTP 404', 'HTTP error'],
  ['push', 'HTTP 503', 'HTTP error'],
  ['webhook', 'ECONNREFUSED', 'no answer'],
  ['webhook', 'no answer in time', 'no answer'],
  ['webhook', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'no answer'],
  ['webhook', 'refused: the address is not public', 'refused'],
  ['webhook', 'the webhook has no key: add it again', 'the webhook has no key: add it again'],
  ['push', 'push is not set up', 'push is not set up'],
  ['sms', 'clickatell: HTTP 401', 'clickatell: HTTP 401'],
] as const)(
  'what went wrong at an address that somebody gave is told in a few words: %s %s',
  (channel, reason, told) => {
    expect(toldReason(channel, reason)).toBe(told);
  },
);
