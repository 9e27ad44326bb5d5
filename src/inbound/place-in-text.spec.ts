import fc from 'fast-check';
import { placeIn } from './place-in-text.js';

describe('placeIn', () => {
  it.each([
    ['-25.7461,28.1881', -25.7461, 28.1881],
    ['help at -25.7461, 28.1881 quickly', -25.7461, 28.1881],
    ['Hulp! -25,7461; 28,1881.', -25.7461, 28.1881],
    ['-25,7461, 28,1881', -25.7461, 28.1881],
    ['25.7461S 28.1881E', -25.7461, 28.1881],
    ['25.7461° S, 28.1881° E', -25.7461, 28.1881],
    ['40.712 n 74.006 w', 40.712, -74.006],
    ['https://maps.google.com/maps?q=-25.7461,28.1881', -25.7461, 28.1881],
    ['I am here https://maps.google.com/?q=loc:-25.7,28.1 come', -25.7, 28.1],
    ['https://www.google.com/maps/search/?api=1&query=-25.7461%2C28.1881', -25.7461, 28.1881],
    ['https://www.google.com/maps/@-25.7461,28.1881,17z', -25.7461, 28.1881],
    ['https://maps.apple.com/?ll=-25.7461,28.1881&t=m', -25.7461, 28.1881],
    ['geo:-25.7461,28.1881;u=35', -25.7461, 28.1881],
    ['geo:-25,28', -25, 28],
  ])('finds the place in %s', (text, lat, lng) => {
    expect(placeIn(text)).toEqual({ lat, lng });
  });

  it.each([
    '',
    'help',
    'call 082 123 4567',
    '12 Main Road, 4th floor',
    'they want R1,200 or R2,300',
    'between 1,200 2,300',
    'flat 1.5, 2.5',
    '95.1234,28.1234',
    '-25.1234,181.1234',
    'geo:95,28',
    '2026.1122,10.1234.5678',
  ])('finds none in %p', (text) => {
    expect(placeIn(text)).toBeUndefined();
  });

  it('reads any text, quickly', () => {
    fc.assert(fc.property(fc.string(), (text) => void placeIn(text)));
    const long = '1.1111 '.repeat(9000) + '-1.'.repeat(9000) + '&q=1.1'.repeat(9000);
    const started = performance.now();
    placeIn(long);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
