import { payloadShape } from './payload-shape.js';

it.each([
  [{ deliveryIds: ['a', 'b'] }, '{ deliveryIds: [2 × string] }'],
  [{ to: { phone: '+27821234567', tries: 3, last: null } }, '{ to: { phone: string, tries: number, last: null } }'],
  [{}, '{}'],
  [[], '[0]'],
  ['a secret', 'string'],
  [{ a: { b: { c: { d: 'deep' } } } }, '{ a: { b: { c: { … } } } }'],
])('%j is told as %s', (payload, shape) => {
  expect(payloadShape(payload)).toBe(shape);
});

it('is short for a payload of many fields', () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`${index}`.padEnd(500, 'x'), index]));
  expect(payloadShape(many).length).toBeLessThan(600);
});
