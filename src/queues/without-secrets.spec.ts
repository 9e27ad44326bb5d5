import { withoutSecrets } from './without-secrets.js';

it.each([
  ['HTTP 410 of https://me:secret@example.org:8443/hook/token?key=1', 'HTTP 410 of https://example.org:8443'],
  ['550 no such user <thandi.m@example.co.za>', '550 no such user <[e-mail]>'],
  ['Invalid recipient +27821234567', 'Invalid recipient [number]'],
  ['to 082 123 4567 failed', 'to [number] failed'],
  ['refused: Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9abc012', 'refused: Bearer [token]'],
  ['over the hard limit of 300000 ms', 'over the hard limit of 300000 ms'],
  ['row 019301c4-27b4-7e1a-9c5f-3f1f0a9b8c7d is gone', 'row 019301c4-27b4-7e1a-9c5f-3f1f0a9b8c7d is gone'],
])('of %j nothing but %j is told', (text, told) => {
  expect(withoutSecrets(text)).toBe(told);
});
