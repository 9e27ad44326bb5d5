import fc from 'fast-check';
import { sourceOf } from './source-address.js';

describe('sourceOf', () => {
  it.each([
    ['196.25.1.1', '196.25.1.1'],
    ['::ffff:196.25.1.1', '196.25.1.1'],
    ['::ffff:c419:101', '196.25.1.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::9', '2001:db8:1:3::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
    ['no:address', 'no:address'],
  ])('counts %s as %s', (address, source) => {
    expect(sourceOf(address)).toBe(source);
  });

  it('takes anything, and keeps little of it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (address) => {
        expect(sourceOf(address).length).toBeLessThanOrEqual(64);
        expect(sourceOf(`${address}:`).length).toBeLessThanOrEqual(64);
      }),
    );
  });
});
